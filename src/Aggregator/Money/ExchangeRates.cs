using System.Globalization;
using System.Numerics;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Money;

/// <summary>
/// The exchange rates that the operator gave, each for its day and those after it until the next. All are to the reporting currency;
/// between two others it goes by way of that.
/// </summary>
internal sealed class ExchangeRates
{
    /// <summary>The counter of changes to any rate.</summary>
    public const string Version = "rate_version";

    private readonly string _reporting;
    private readonly ILookup<string, DatedRate> _rates;

    private ExchangeRates(string reporting, IEnumerable<DatedRate> rates)
    {
        _reporting = reporting;
        _rates = rates.ToLookup(rate => rate.Currency);
    }

    /// <param name="reporting">The currency of reports, ISO 4217 in lower case.</param>
    public static ExchangeRates Load(Session session, string reporting) =>
        new(reporting, session.Query<DatedRate>("SELECT currency, valid_on, rate, source FROM exchange_rates ORDER BY currency, valid_on"));

    /// <summary>The amount in the other currency's minor units, rounded half to even, once. Null when no rate is known for that day.</summary>
    /// <exception cref="OverflowException">It does not fit into 64 bits.</exception>
    public Exchanged? Convert(long amount, string from, string to, long atMs)
    {
        if (from == to)
        {
            return new Exchanged(amount, null);
        }

        var day = DateTimeOffset.FromUnixTimeMilliseconds(atMs).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (RateOf(from, day) is not { } of || RateOf(to, day) is not { } into)
        {
            return null;
        }

        var (above, belowOf) = Fraction(of.Rate);
        var (aboveInto, below) = Fraction(into.Rate);
        var numerator = amount * above * below * BigInteger.Pow(10, Currencies.ExponentOf(to));
        var denominator = belowOf * aboveInto * BigInteger.Pow(10, Currencies.ExponentOf(from));
        return new Exchanged((long)Rounding.HalfEven(numerator, denominator), from == _reporting ? into : of);
    }

    private DatedRate? RateOf(string currency, string day) => currency == _reporting
        ? new DatedRate { Currency = currency, Rate = "1" }
        : _rates[currency].LastOrDefault(rate => string.CompareOrdinal(rate.ValidOn, day) <= 0);

    // A decimal such as 0.0071 as 71 over 10000.
    private static (BigInteger Above, BigInteger Below) Fraction(string rate)
    {
        var point = rate.IndexOf('.', StringComparison.Ordinal);
        return point < 0
            ? (BigInteger.Parse(rate, CultureInfo.InvariantCulture), BigInteger.One)
            : (BigInteger.Parse(rate.Remove(point, 1), CultureInfo.InvariantCulture), BigInteger.Pow(10, rate.Length - point - 1));
    }
}

/// <param name="By">The rate that was used; null when the currencies are the same.</param>
internal sealed record Exchanged(long Amount, DatedRate? By);

/// <summary>A row of <c>exchange_rates</c>.</summary>
internal sealed class DatedRate
{
    public string Currency { get; set; } = "";

    /// <summary>A day, ISO 8601.</summary>
    public string ValidOn { get; set; } = "";

    /// <summary>What one unit of the currency is worth in the reporting currency, a decimal without an exponent.</summary>
    public string Rate { get; set; } = "";

    public string Source { get; set; } = "";
}
