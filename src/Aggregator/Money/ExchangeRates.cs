using System.Globalization;
using System.Numerics;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Money;

/// <summary>
/// The exchange rates that the operator gave, each for its day and those after it until the next. All are to the reporting currency;
/// between two others it goes by way of that.
/// </summary>
/// <remarks>Never changes, so that it is safe for many threads at once.</remarks>
internal sealed class ExchangeRates
{
    /// <summary>The counter of changes to any rate.</summary>
    public const string Version = "rate_version";

    private readonly string _reporting;
    private readonly Quote _one;
    private readonly Dictionary<string, Quote[]> _quotes;

    private ExchangeRates(string reporting, IEnumerable<DatedRate> rates)
    {
        _reporting = reporting;
        _one = new Quote(long.MinValue, BigInteger.One, BigInteger.One, new DatedRate { Currency = reporting, Rate = "1" });
        _quotes = rates.GroupBy(rate => rate.Currency).ToDictionary(
            some => some.Key, some => some.OrderBy(rate => rate.ValidOn, StringComparer.Ordinal).Select(Quote.Of).ToArray());
    }

    /// <param name="reporting">The currency of reports, ISO 4217 in lower case.</param>
    public static ExchangeRates Load(Session session, string reporting) =>
        new(reporting, session.Query<DatedRate>("SELECT currency, valid_on, rate, source FROM exchange_rates"));

    /// <summary>
    /// The amount in the other currency's minor units, rounded half to even, once. Null when no rate is known for that day, or when the one
    /// that is known makes more of it than 64 bits hold: the amount then waits for a right one.
    /// </summary>
    public Exchanged? Convert(long amount, string from, string to, long atMs)
    {
        if (from == to)
        {
            return new Exchanged(amount, null);
        }

        if (QuoteOf(from, atMs) is not { } of || QuoteOf(to, atMs) is not { } into)
        {
            return null;
        }

        // One fraction over both rates and both minor units, so that there is one rounding.
        var numerator = amount * of.Above * into.Below * BigInteger.Pow(10, Currencies.ExponentOf(to));
        var denominator = of.Below * into.Above * BigInteger.Pow(10, Currencies.ExponentOf(from));
        var rounded = Rounding.HalfEven(numerator, denominator);
        return rounded >= long.MinValue && rounded <= long.MaxValue
            ? new Exchanged((long)rounded, from == _reporting ? into.Row : of.Row)
            : null;
    }

    /// <summary>Unix milliseconds from which on a rate of the currency is known; null when there is none.</summary>
    public long? KnownSince(string currency) => _quotes.TryGetValue(currency, out var quotes) ? quotes[0].FromMs : null;

    /// <summary>Unix milliseconds at which a rate of the currency follows on that of the day that begins then; null when none does.</summary>
    public long? NextAfter(string currency, long dayMs) =>
        _quotes.TryGetValue(currency, out var quotes) ? quotes.FirstOrDefault(quote => quote.FromMs > dayMs)?.FromMs : null;

    private Quote? QuoteOf(string currency, long atMs)
    {
        if (currency == _reporting)
        {
            return _one;
        }

        if (!_quotes.TryGetValue(currency, out var quotes))
        {
            return null;
        }

        // The last that begins at or before the time lies before the first that begins behind it.
        var (low, high) = (0, quotes.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = quotes[middle].FromMs <= atMs ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? null : quotes[low - 1];
    }

    /// <summary>A rate as a fraction: 0.0071 is 71 over 10000.</summary>
    private sealed record Quote(long FromMs, BigInteger Above, BigInteger Below, DatedRate Row)
    {
        public static Quote Of(DatedRate row)
        {
            var point = row.Rate.IndexOf('.', StringComparison.Ordinal);
            var decimals = point < 0 ? 0 : row.Rate.Length - point - 1;
            var digits = point < 0 ? row.Rate : row.Rate.Remove(point, 1);
            return new Quote(RateDay.StartMs(row.ValidOn), BigInteger.Parse(digits, CultureInfo.InvariantCulture), BigInteger.Pow(10, decimals), row);
        }
    }
}
