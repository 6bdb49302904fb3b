using System.Numerics;

namespace LinkTracker.Aggregator.Money;

internal static class Rounding
{
    /// <summary>The quotient, rounded to the nearest whole number; a half goes to the even one, so that halves do not add up to one side.</summary>
    /// <param name="denominator">More than 0.</param>
    public static BigInteger HalfEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var twice = BigInteger.Abs(rest) * 2;
        var isUp = twice > denominator || (twice == denominator && !quotient.IsEven);
        return isUp ? quotient + numerator.Sign : quotient;
    }
}
