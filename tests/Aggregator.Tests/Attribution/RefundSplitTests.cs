using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Tests.Attribution;

public class RefundSplitTests
{
    [Fact]
    public void Each_refund_is_taken_from_what_the_ones_before_it_left()
    {
        var applied = RefundSplit.Of(100, [60, 40], [new Refund("c", 3, null), new Refund("a", 1, 50), new Refund("b", 2, 30)]);
        Assert.Equal([("a", 50L), ("b", 30L), ("c", 20L)], applied.Select(one => (one.Refund.Key, one.Applied)));
        Assert.Equal([[30, 20], [18, 12], [12, 8]], applied.Select(one => one.Parts));
    }

    [Fact]
    public void More_than_is_left_takes_what_is_left_and_then_nothing()
    {
        var applied = RefundSplit.Of(100, [100], [new Refund("a", 1, 80), new Refund("b", 1, 80), new Refund("c", 2, null)]);
        Assert.Equal([80L, 20L, 0L], applied.Select(one => one.Applied));
        Assert.Equal([[80], [20], [0]], applied.Select(one => one.Parts));
    }

    [Fact]
    public void A_sale_that_is_nobodys_is_refunded_too()
    {
        var applied = Assert.Single(RefundSplit.Of(100, [], [new Refund("a", 1, 30)]));
        Assert.Equal((30L, 0), (applied.Applied, applied.Parts.Count));
    }

    [Fact]
    public void In_every_order_the_same_is_taken_to_the_unit_and_never_more_than_there_is()
    {
        var cases =
            from count in Gen.Choose(1, 6)
            from credits in Gen.Choose(0, 10_000).ListOf(count)
            from refunds in (from at in Gen.Choose(0, 3) from amount in Gen.OneOf(Gen.Constant((long?)null), Gen.Choose(1, 9_000).Select(amount => (long?)amount)) select (at, amount)).ArrayOf()
            from order in Gen.Shuffle(Enumerable.Range(0, refunds.Length).ToArray())
            select (credits, refunds, order);
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var credits = one.credits.Select(credit => (long)credit).ToList();
            var refunds = one.refunds.Select((refund, i) => new Refund("key" + i, refund.at, refund.amount)).ToList();
            var (straight, shuffled) = (RefundSplit.Of(credits.Sum(), credits, refunds), RefundSplit.Of(credits.Sum(), credits, [.. one.order.Select(i => refunds[i])]));
            return straight.Count == refunds.Count
                && straight.Zip(shuffled).All(pair => pair.First.Refund == pair.Second.Refund && pair.First.Applied == pair.Second.Applied && pair.First.Parts.SequenceEqual(pair.Second.Parts))
                && straight.All(refund => refund.Parts.Sum() == refund.Applied && refund.Parts.All(part => part >= 0))
                && credits.Select((credit, i) => straight.Sum(refund => refund.Parts[i]) <= credit).All(isBounded => isBounded)
                && straight.Sum(refund => refund.Applied) == Math.Min(credits.Sum(), refunds.Any(refund => refund.Amount is null) ? long.MaxValue : refunds.Sum(refund => refund.Amount!.Value));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }
}
