namespace LinkTracker.Aggregator.Attribution;

/// <summary>Divides whole amounts so that nothing is lost or made: Hamilton's method of largest remainders.</summary>
internal static class Apportionment
{
    /// <summary>
    /// Parts in proportion to the weights, which add up to the amount. Each gets its share rounded down, and the units that are left go
    /// to those who lost the largest fractions; of equal ones the earlier.
    /// </summary>
    /// <param name="amount">Minor units, not negative.</param>
    /// <param name="weights">Not negative, and not all 0 unless the amount is 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The amount or a weight is negative, or all weights are 0 and the amount is not.</exception>
    public static long[] Split(long amount, IReadOnlyList<long> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        Int128 whole = 0;
        foreach (var weight in weights)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight);
            whole += weight;
        }

        var parts = new long[weights.Count];
        if (amount == 0)
        {
            return parts;
        }

        ArgumentOutOfRangeException.ThrowIfZero(whole);
        var remainders = new Int128[parts.Length];
        var left = amount;
        for (var i = 0; i < parts.Length; i++)
        {
            // Below 2^126: both factors are below 2^63.
            var (part, remainder) = Int128.DivRem((Int128)amount * weights[i], whole);
            (parts[i], remainders[i]) = ((long)part, remainder);
            left -= parts[i];
        }

        if (left > 0)
        {
            GiveTheRest(parts, remainders, left);
        }

        return parts;
    }

    // Fewer units are left than there are parts with a fraction.
    private static void GiveTheRest(long[] parts, Int128[] remainders, long left)
    {
        var byLoss = Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]).Take((int)left);
        foreach (var i in byLoss)
        {
            parts[i]++;
        }
    }
}
