using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Attribution;

public class ApportionmentTests
{
    private const long Day = 86_400_000;

    [Theory]
    [InlineData("first", new long[] { 10_000, 0, 0 })]
    [InlineData("last", new long[] { 0, 0, 10_000 })]
    [InlineData("linear", new long[] { 3_334, 3_333, 3_333 })]
    [InlineData("position", new long[] { 4_000, 2_000, 4_000 })]
    [InlineData("time_decay", new long[] { 1_429, 2_857, 5_714 })]
    public void A_hundred_is_divided_among_touches_of_14_7_and_0_days_ago_as_the_reference_says(string model, long[] expected) =>
        Assert.Equal(expected, Split(10_000, new AttributionRules { Model = model }, [-14 * Day, -7 * Day, 0]));

    [Fact]
    public void By_position_one_has_all_two_have_halves_and_more_share_what_first_and_last_leave()
    {
        var rules = new AttributionRules { Model = "position" };
        Assert.Equal([100], Split(100, rules, [0]));
        Assert.Equal([50, 50], Split(100, rules, [0, 1]));
        Assert.Equal([40, 10, 10, 40], Split(100, rules, [0, 1, 2, 3]));
        Assert.Equal([40, 7, 7, 6, 40], Split(100, rules, [0, 1, 2, 3, 4]));
        var uneven = rules with { FirstPercent = 60, LastPercent = 20 };
        Assert.Equal([75, 25], Split(100, uneven, [0, 1]));
        Assert.Equal([60, 20, 20], Split(100, uneven, [0, 1, 2]));
        Assert.Equal([0, 100, 0], Split(100, rules with { FirstPercent = 0, LastPercent = 0 }, [0, 1, 2]));
    }

    [Fact]
    public void Every_model_gives_away_exactly_the_amount_for_1_to_50_touches_in_every_kind_of_currency()
    {
        var cases =
            from model in Gen.Elements(CreditModel.Last, CreditModel.First, CreditModel.Linear, CreditModel.Position, CreditModel.TimeDecay)
            from currency in Gen.Elements("jpy", "eur", "kwd")
            from units in Gen.Choose(0, int.MaxValue)
            from fraction in Gen.Choose(0, 999)
            from count in Gen.Choose(1, 50)
            from ages in Gen.Choose(0, 400 * 24 * 3_600).ListOf(count)
            from first in Gen.Choose(0, 100)
            from last in Gen.Choose(0, 100 - first)
            from halfLife in Gen.Choose(1, 365)
            select (Rules: new AttributionRules { Model = model, FirstPercent = first, LastPercent = last, HalfLifeDays = halfLife },
                Amount: ((long)units * (long)Math.Pow(10, Currencies.ExponentOf(currency))) + (fraction % (long)Math.Pow(10, Currencies.ExponentOf(currency))),
                Times: ages.Select(age => -age * 1_000L).Order().ToList());
        Prop.ForAll(cases.ToArbitrary(), one => IsExact(one.Amount, CreditModel.Weigh(one.Rules, one.Times))).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    [Fact]
    public void The_largest_amount_and_weights_do_not_overflow()
    {
        long[] weights = [long.MaxValue, long.MaxValue, long.MaxValue];
        Assert.True(IsExact(long.MaxValue, weights));
        Assert.Equal([long.MaxValue, 0], Apportionment.Split(long.MaxValue, [long.MaxValue, 0]));
    }

    [Fact]
    public void Nothing_is_divided_by_weights_that_are_none()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportionment.Split(-1, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportionment.Split(1, [1, -1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportionment.Split(1, [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportionment.Split(1, []));
        Assert.Equal([0L, 0L], Apportionment.Split(0, [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => CreditModel.Weigh(new AttributionRules { Model = "none" }, [0]));
    }

    private static long[] Split(long amount, AttributionRules rules, long[] times) => Apportionment.Split(amount, CreditModel.Weigh(rules, times));

    // Each part is the exact share rounded down or up, nothing is lost, and who gets a unit more lost a larger fraction or came earlier.
    private static bool IsExact(long amount, long[] weights)
    {
        var parts = Apportionment.Split(amount, weights);
        var whole = weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + weight);
        var floors = weights.Select(weight => (long)(amount * (BigInteger)weight / whole)).ToList();
        var fractions = weights.Select(weight => amount * (BigInteger)weight % whole).ToList();
        var raised = Enumerable.Range(0, parts.Length).Where(i => parts[i] == floors[i] + 1).ToList();
        var kept = Enumerable.Range(0, parts.Length).Where(i => parts[i] == floors[i]).ToList();
        return parts.Aggregate(BigInteger.Zero, (sum, part) => sum + part) == amount
            && raised.Count + kept.Count == parts.Length
            && raised.All(up => kept.All(down => fractions[up] > fractions[down] || (fractions[up] == fractions[down] && up < down)));
    }
}
