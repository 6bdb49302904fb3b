using System.Numerics;
using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Tests.Attribution;

public class HalfLifeTests
{
    private const long Hour = 3_600_000;

    [Theory]
    [InlineData(0, 1L << 48)]
    [InlineData(1, 1L << 47)]
    [InlineData(48, 1)]
    [InlineData(49, 0)]
    [InlineData(1_000_000, 0)]
    public void A_whole_number_of_half_lives_halves_exactly(long halvings, long weight) =>
        Assert.Equal(weight, HalfLife.Weight(halvings * 7 * 24 * Hour, 7 * 24 * Hour));

    [Fact]
    public void The_weight_is_the_largest_whole_number_that_is_not_more_than_the_power()
    {
        foreach (var halfLife in new[] { 1, 5, 24, 7 * 24 })
        {
            for (var age = 0; age <= 49 * halfLife; age += Math.Max(1, halfLife / 11))
            {
                Assert.Equal(Exact(age, halfLife), HalfLife.Weight(age * Hour, halfLife * Hour));
            }
        }
    }

    [Fact]
    public void It_falls_with_every_millisecond_near_the_beginning_and_never_rises()
    {
        var halfLife = 365 * 24 * Hour;
        for (var age = 0L; age < 1_000; age++)
        {
            Assert.True(HalfLife.Weight(age + 1, halfLife) < HalfLife.Weight(age, halfLife));
        }

        for (var age = 0L; age < 50 * halfLife; age += halfLife / 13)
        {
            Assert.True(HalfLife.Weight(age + 1, halfLife) <= HalfLife.Weight(age, halfLife));
        }
    }

    [Fact]
    public void What_is_no_age_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => HalfLife.Weight(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => HalfLife.Weight(1, 0));
    }

    /// <summary>The largest w with w^h ≤ 2^(48·h − a): 2^48 · 2^(−a/h) without a root or a series.</summary>
    internal static long Exact(long age, long halfLife)
    {
        var common = (long)BigInteger.GreatestCommonDivisor(age, halfLife);
        var (a, h) = (age / common, (int)(halfLife / common));
        if (a > 48L * h)
        {
            return 0;
        }

        var limit = BigInteger.One << (int)((48L * h) - a);
        var (low, high) = (0L, 1L << 48);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            (low, high) = BigInteger.Pow(middle, h) <= limit ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
