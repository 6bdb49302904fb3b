using System.Numerics;
using LinkTracker.Aggregator.Value;

namespace LinkTracker.Aggregator.Tests.Value;

public class QualityBoardTests
{
    [Fact]
    public void One_lucky_order_does_not_outrank_fifty_good_ones()
    {
        var board = Board((1, [1_000_000]), (2, Enumerable.Repeat(90_000L, 50)));
        Assert.True(board.PlaceOf(1) < board.PlaceOf(2));
        Assert.Equal((90_000L, 90_000L), (board.Of(1)!.Score!.Value, board.Of(2)!.Score!.Value));

        // Nor does it with some small ones beside it, nor among referrers of all kinds.
        board = Board((1, [1_000_000, 500, 400]), (2, Enumerable.Repeat(90_000L, 50)), (3, Enumerable.Repeat(5_000L, 200)), (4, [3]));
        Assert.True(board.PlaceOf(1) < board.PlaceOf(2));
        Assert.Equal([2L, 4, 1, 3], new[] { 1L, 2, 3, 4 }.OrderByDescending(board.PlaceOf));
    }

    [Fact]
    public void Who_keeps_sending_good_customers_rises_and_who_sends_bad_ones_falls()
    {
        long[] Places(int few) => [.. Enumerable.Range(1, few).Select(n =>
            Board((1, Enumerable.Repeat(9_000L, n + 1)), (2, Enumerable.Repeat(1_000L, 100))).Of(1)!.Score!.Value)];
        var scores = Places(50);
        Assert.Equal(scores.Order(), scores);
        Assert.True(scores[0] < 1_600 && scores[^1] > 5_500, string.Join(' ', scores));
    }

    [Fact]
    public void The_same_customers_in_another_order_give_the_same_score_and_equal_referrers_tie()
    {
        long[] values = [5, 100_000, 7_777, 0, 31, 99_999];
        var (a, b) = (Board((1, values), (2, [5, 9])), Board((2, [9, 5]), (1, values.Reverse())));
        Assert.Equal(a.Of(1), b.Of(1));
        var equal = Board((1, [1_000, 2_000, 3_000]), (2, [3_000, 1_000, 2_000]), (3, [1, 2, 3]));
        Assert.Equal(equal.PlaceOf(1), equal.PlaceOf(2));
        Assert.True(equal.PlaceOf(3) < equal.PlaceOf(1));
    }

    [Fact]
    public void Without_a_second_customer_anywhere_there_is_no_score_but_an_order_by_evidence()
    {
        var samples = new Dictionary<long, QualitySample> { [1] = Sample([1_000_000], sales: 1), [2] = Sample([4_500_000], sales: 50) };
        var board = new QualityBoard(samples);
        Assert.Equal((null, null, null), (board.Of(1)!.Score, board.Of(1)!.Low, board.Of(1)!.Prior.Mean));
        Assert.True(board.PlaceOf(1) < board.PlaceOf(2));
        Assert.Null(board.Of(3));
        Assert.Equal(0, board.PlaceOf(3));
    }

    [Fact]
    public void The_interval_holds_the_score_and_narrows_with_customers()
    {
        var board = Board((1, Enumerable.Range(0, 400).Select(i => (long)(i % 100))), (2, Enumerable.Range(0, 20).Select(i => (long)(i * 5))));
        var (many, few) = (board.Of(1)!, board.Of(2)!);
        Assert.InRange(many.Score!.Value, many.Low!.Value, many.High!.Value);
        Assert.InRange(few.Score!.Value, few.Low!.Value, few.High!.Value);
        Assert.True(many.High - many.Low < few.High - few.Low);

        // One counted customer tells nothing of how they differ.
        Assert.Null(Board((1, [5, 6]), (2, [7])).Of(1)!.Low);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "1")]
    [InlineData("3", "1")]
    [InlineData("4", "2")]
    [InlineData("99", "9")]
    [InlineData("100000000000000000000000000000000000000", "10000000000000000000")]
    [InlineData("99999999999999999999999999999999999999", "9999999999999999999")]
    public void A_root_is_the_largest_whole_number_below(string square, string root) =>
        Assert.Equal(BigInteger.Parse(root, System.Globalization.CultureInfo.InvariantCulture), Roots.Floor(BigInteger.Parse(square, System.Globalization.CultureInfo.InvariantCulture)));

    private static QualityBoard Board(params (long Partner, IEnumerable<long> Values)[] referrers) =>
        new(referrers.ToDictionary(referrer => referrer.Partner, referrer => Sample(referrer.Values, 1)));

    private static QualitySample Sample(IEnumerable<long> values, long sales)
    {
        var sample = new QualitySample();
        foreach (var value in values)
        {
            sample.Add(value * Measure.Scale, sales);
        }

        return sample;
    }
}
