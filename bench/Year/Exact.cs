using System.Numerics;

namespace LinkTracker.Year;

/// <summary>The arithmetic of the truth: slow, and with numbers of any size.</summary>
internal static class Exact
{
    // Far more than the 48 bits that are asked for.
    private const int FractionBits = 256;

    // 2^(−1/2), 2^(−1/4), …: square roots of one another.
    private static readonly BigInteger[] Roots = TakeRoots();

    /// <summary>The quotient of a numerator of at least 0, rounded half to even.</summary>
    public static BigInteger HalfEven(BigInteger numerator, BigInteger denominator)
    {
        var twice = BigInteger.DivRem(2 * numerator, denominator, out var rest);
        return !twice.IsEven && (rest > 0 || !(twice >> 1).IsEven) ? (twice >> 1) + 1 : twice >> 1;
    }

    /// <summary>Parts of an amount in proportion to weights: what rounding down leaves goes to the largest remainders, the earlier first.</summary>
    public static long[] Split(long amount, IReadOnlyList<BigInteger> weights)
    {
        var whole = weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + weight);
        if (whole == 0)
        {
            return new long[weights.Count];
        }

        var parts = weights.Select(weight => (long)(amount * weight / whole)).ToArray();
        foreach (var next in Enumerable.Range(0, parts.Length).OrderByDescending(i => amount * weights[i] % whole).Take((int)(amount - parts.Sum())))
        {
            parts[next]++;
        }

        return parts;
    }

    /// <summary>2^48 halved once for every half-life of an age, rounded down.</summary>
    public static BigInteger Decayed(long ageMs, long halfLifeMs)
    {
        var (halvings, rest) = Math.DivRem(ageMs, halfLifeMs);
        var value = BigInteger.One << FractionBits;

        // 2^(−rest / halfLife), by the binary digits of the exponent.
        foreach (var root in Roots)
        {
            rest *= 2;
            if (rest >= halfLifeMs)
            {
                rest -= halfLifeMs;
                value = (value * root) >> FractionBits;
            }
        }

        return halvings > FractionBits ? BigInteger.Zero : value >> (FractionBits - 48 + (int)halvings);
    }

    private static BigInteger[] TakeRoots()
    {
        var roots = new BigInteger[FractionBits];
        var root = BigInteger.One << (FractionBits - 1);
        for (var i = 0; i < roots.Length; i++)
        {
            roots[i] = root = SquareRoot(root << FractionBits);
        }

        return roots;
    }

    // Newton's method, from above.
    private static BigInteger SquareRoot(BigInteger number)
    {
        var guess = BigInteger.One << (int)((number.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (guess + (number / guess)) >> 1;
            if (next >= guess)
            {
                return guess;
            }

            guess = next;
        }
    }
}
