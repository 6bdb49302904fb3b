using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Rewards;

public class RewardFoldTests
{
    private static readonly RewardRule Tenth = new() { Id = "r", BasisPoints = 1_000 };

    [Theory]
    [InlineData("marginal", new long[] { 100, 150, 200 })]
    [InlineData("retroactive", new long[] { 200, 200, 200 })]
    public void Revenue_that_lies_above_a_step_is_paid_by_it_or_everything_is(string mode, long[] amounts)
    {
        var tiers = new RewardTiers { By = "revenue", Mode = mode, Steps = [new RewardTier(1_500, 2_000)] };
        Assert.Equal(amounts, AmountsOf(Tenth with { Tiers = tiers }, Sale(1, 1_000, Noon), Sale(2, 1_000, Noon + 1), Sale(3, 1_000, Noon + 2)));
    }

    [Theory]
    [InlineData("marginal", new long[] { 5, 5, 9, 9 })]
    [InlineData("retroactive", new long[] { 9, 9, 9, 9 })]
    public void A_count_reaches_a_step_with_the_conversion_of_that_number(string mode, long[] amounts)
    {
        var rule = new RewardRule { Id = "r", Kind = "flat", Amount = 5, Tiers = new RewardTiers { Mode = mode, Steps = [new RewardTier(3, 9)] } };
        Assert.Equal(amounts, AmountsOf(rule, [.. Enumerable.Range(1, 4).Select(i => Sale(i, 10, Noon + i))]));
    }

    [Fact]
    public void A_sale_over_several_steps_is_rounded_once()
    {
        var tiers = new RewardTiers { By = "revenue", Steps = [new RewardTier(33, 1_500), new RewardTier(66, 2_500)] };

        // 33 × 10 % + 33 × 15 % + 34 × 25 % = 3.3 + 4.95 + 8.5 = 16.75.
        Assert.Equal([17], AmountsOf(Tenth with { Tiers = tiers }, Sale(1, 100)));
    }

    [Fact]
    public void Tiers_begin_again_with_each_period()
    {
        var rule = new RewardRule { Id = "r", Kind = "flat", Amount = 5, Tiers = new RewardTiers { Period = "day", Steps = [new RewardTier(2, 9)] } };
        Assert.Equal([5, 9, 5], AmountsOf(rule, Sale(1, 10, Noon), Sale(2, 10, Noon + 1), Sale(3, 10, Noon + Day)));
    }

    [Fact]
    public void A_cap_that_is_reached_pays_the_rest_and_says_so()
    {
        var programs = Rules(Tenth with { Caps = [new RewardCap("partner", "month", 150)] });
        var claims = new[] { Sale(1, 1_000, Noon), Sale(2, 1_000, Noon + 1), Sale(3, 1_000, Noon + 2), Sale(4, 1_000, Noon + (31 * Day)) }
            .Select(sale => new Claim(programs.Default.Versions[0].Rules.Rewards[0], Ana, sale.OccurredAtMs, sale.Key, sale.Amount, 1, Shares.Whole)).ToList();
        var grants = new RewardFold([]).Grant(RewardSums.Of(programs.Default, "r")!, claims);
        Assert.Equal([100, 50, 0, 100], grants.Select(grant => grant.Amount));
        Assert.All(grants, grant => Assert.Equal(100, grant.Due));
        Assert.Equal([null, "cap 150 for each partner, each month: pays the rest", "cap 150 for each partner, each month: nothing is left", null], grants.Select(grant => grant.Note));
    }

    [Fact]
    public void The_smallest_room_of_several_caps_counts_and_one_of_the_program_is_shared()
    {
        var rule = Tenth with { Caps = [new RewardCap("partner", "all", 120), new RewardCap("program", "week", 150)] };
        Assert.Equal([100, 50, 20], AmountsOf(rule, Sale(1, 1_000, Noon), Sale(2, 1_000, Noon + 1, 0, (Ben, 1)), Sale(3, 1_000, Noon + (7 * Day))));
    }

    [Fact]
    public void What_was_turned_down_takes_nothing_from_caps_and_tiers()
    {
        var rule = new RewardRule { Id = "r", Kind = "flat", Amount = 5, Caps = [new RewardCap("partner", "all", 7)], Tiers = new RewardTiers { Steps = [new RewardTier(2, 9)] } };
        var claims = Enumerable.Range(0, 3).Select(i => new Claim(rule, Ana, Noon + i, "k", 0, 1, Shares.Whole, Counts: i > 0)).ToList();
        Assert.Equal([5, 2], new RewardFold([]).Grant(RewardSums.Of(Rules(rule).Default, "r")!, claims).Skip(1).Select(grant => grant.Amount));
    }

    [Theory]
    [InlineData("day", "2026-03-10")]
    [InlineData("week", "2026-03-09")]
    [InlineData("month", "2026-03-01")]
    [InlineData("quarter", "2026-01-01")]
    [InlineData("year", "2026-01-01")]
    [InlineData("all", "1970-01-01")]
    public void A_period_starts_in_UTC_and_ends_where_the_next_one_starts(string period, string day)
    {
        var start = RewardPeriod.StartOf(period, Noon);
        Assert.Equal(day, DateTimeOffset.FromUnixTimeMilliseconds(start).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        var end = RewardPeriod.EndOf(period, start);
        Assert.True(end > Noon);
        Assert.Equal(start, RewardPeriod.StartOf(period, Math.Min(end, Noon + 1) - 1));
        Assert.Equal(period == "all" ? 0 : end, RewardPeriod.StartOf(period, period == "all" ? Noon : end));
    }

    [Fact]
    public void A_span_holds_every_period_whole()
    {
        Assert.Equal("quarter", RewardPeriod.Widest(["day", "month", "quarter"]));
        Assert.Equal("week", RewardPeriod.Widest(["day", "week"]));
        Assert.Equal("all", RewardPeriod.Widest(["week", "month"]));
    }

    [Fact]
    public void Shares_are_read_as_they_were_written()
    {
        Assert.Equal("1:2,3", new Shares([2, 3], [1]).ToText());
        Assert.Equal("0+2:2,3,4", new Shares([2, 3, 4], [0, 2]).ToText());
        Assert.Equal(6, Shares.Parse("1:2,3").Of(10));
        Assert.Equal(66, Shares.Parse("1+2:1,1,1").Of(100));
        Assert.Equal(10, Shares.Parse(Shares.Whole.ToText()).Of(10));
    }

    private static IEnumerable<long> AmountsOf(RewardRule rule, params Aggregator.Rewards.CreditedConversion[] sales) =>
        Given(Rules(rule), sales).Select(given => given.Amount);
}
