using System.Numerics;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Divides an amount by weights so that the parts add up to it exactly: largest remainders, of equal ones the earlier.</summary>
internal static class Apportionment
{
    /// <param name="amount">Minor units, of either sign.</param>
    /// <param name="weights">At least one of them more than 0, none less.</param>
    public static long[] Split(long amount, IReadOnlyList<long> weights)
    {
        // :: 1  Each has its whole units, rounded down.
        var sum = weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + weight);
        var whole = BigInteger.Abs(amount);
        var parts = new long[weights.Count];
        var rests = new BigInteger[weights.Count];
        var left = whole;
        for (var i = 0; i < parts.Length; i++)
        {
            var part = BigInteger.DivRem(whole * weights[i], sum, out rests[i]);
            parts[i] = (long)part;
            left -= part;
        }

        // :: 2  What is left are fewer units than parts: one for each of the largest remainders.
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => rests[i]).Take((int)left))
        {
            parts[i]++;
        }

        return amount < 0 ? [.. parts.Select(part => -part)] : parts;
    }
}
