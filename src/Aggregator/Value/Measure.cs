using System.Globalization;
using System.Numerics;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Value;

/// <summary>
/// The currency that sums are compared in. Sums stay exact, as whole numbers of <see cref="Scale"/>ths of its minor unit, until a figure
/// is shown: so they do not depend on how they were grouped.
/// </summary>
/// <param name="Currency">The reporting currency, or the only one that is asked for.</param>
/// <param name="IsReporting">Rates are to the reporting currency alone.</param>
internal sealed record Measure(string Currency, bool IsReporting)
{
    // Minor units of two currencies differ by three digits at most.
    private const int ExponentRange = 3;

    public static readonly BigInteger Scale = BigInteger.Pow(10, RateRequest.MaxDecimals + ExponentRange);

    /// <summary>The amount in parts of a minor unit; null when it cannot be converted.</summary>
    /// <param name="amount">Minor units of its own currency.</param>
    /// <param name="rate">The decimal that is stored with the sale; null when none was known.</param>
    public BigInteger? Of(long amount, string currency, string? rate)
    {
        if (currency == Currency)
        {
            return amount * Scale;
        }

        return rate is not null && IsReporting
            ? amount * Digits(rate) * BigInteger.Pow(10, ExponentRange + Currencies.ExponentOf(Currency) - Currencies.ExponentOf(currency))
            : null;
    }

    /// <summary>Minor units, a half to the even one.</summary>
    /// <exception cref="OverflowException">It does not fit into 64 bits.</exception>
    public static long Round(BigInteger parts) => (long)Rounding.HalfEven(parts, Scale);

    // 1.0842 as a whole number of 10^-12.
    private static BigInteger Digits(string rate)
    {
        var decimals = rate.IndexOf('.', StringComparison.Ordinal) is var point and >= 0 ? rate.Length - point - 1 : 0;
        return BigInteger.Parse(rate.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
            * BigInteger.Pow(10, RateRequest.MaxDecimals - decimals);
    }
}
