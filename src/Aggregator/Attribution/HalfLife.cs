using System.Numerics;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>
/// Weights that halve with age, as whole numbers that every machine computes alike: no floating point takes part.
/// </summary>
internal static class HalfLife
{
    /// <summary>The weight of no age is 2 to this; what is older than so many half-lives weighs nothing.</summary>
    public const int WholeBits = 48;

    // Of binary fractions below: 144 bits more than the result has, so that what the series cuts off never reaches it.
    private const int FractionBits = 192;

    private static readonly BigInteger One = BigInteger.One << FractionBits;

    private static readonly BigInteger NaturalLogarithmOf2 = LogarithmOf2();

    /// <summary><c>2^48 · 2^(−age / halfLife)</c>, rounded down.</summary>
    /// <param name="ageMs">Milliseconds, not negative.</param>
    /// <param name="halfLifeMs">Milliseconds, more than 0.</param>
    public static long Weight(long ageMs, long halfLifeMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ageMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfLifeMs);
        var (halvings, rest) = Math.DivRem(ageMs, halfLifeMs);
        if (halvings > WholeBits)
        {
            return 0;
        }

        var bits = WholeBits - (int)halvings;
        return rest == 0 ? 1L << bits : (long)(PowerOfE(-NaturalLogarithmOf2 * rest / halfLifeMs) >> (FractionBits - bits));
    }

    // e^x = 1 + x + x²/2! + x³/3! + … ; for x between −ln 2 and 0 the terms vanish after some forty.
    private static BigInteger PowerOfE(BigInteger x)
    {
        var (sum, term) = (One, One);
        for (var n = 1; !term.IsZero; n++)
        {
            term = term * x / One / n;
            sum += term;
        }

        return sum;
    }

    // ln 2 = 1/2 + 1/(2·2²) + 1/(3·2³) + …
    private static BigInteger LogarithmOf2()
    {
        var sum = BigInteger.Zero;
        for (var n = 1; n <= FractionBits; n++)
        {
            sum += (One >> n) / n;
        }

        return sum;
    }
}
