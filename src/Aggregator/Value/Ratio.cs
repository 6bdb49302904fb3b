using System.Numerics;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Value;

/// <summary>A ratio with what it is made of.</summary>
/// <param name="Value">Six decimals, half to even; null when there is nothing to divide by.</param>
/// <param name="Numerator">A count, or minor units.</param>
internal sealed record Ratio(decimal? Value, long Numerator, long Denominator)
{
    private const int Unit = 1_000_000;

    /// <param name="denominator">0 or more.</param>
    public static Ratio Of(long numerator, long denominator) => new(
        denominator == 0 ? null : (decimal)Rounding.HalfEven(numerator * (BigInteger)Unit, denominator) / Unit, numerator, denominator);
}
