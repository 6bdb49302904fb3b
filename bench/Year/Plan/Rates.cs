using System.Globalization;
using System.Numerics;

namespace LinkTracker.Year.Plan;

/// <summary>What one unit of a currency is worth in the reporting currency from a day on, in millionths.</summary>
internal sealed record DatedRate(string Currency, DateOnly From, long Millionths)
{
    public string Text => (Millionths / 1_000_000m).ToString(CultureInfo.InvariantCulture);
}

/// <summary>The rates of the year, a new one each month, and exact conversion by them.</summary>
internal sealed class Rates
{
    private static readonly (string Currency, int Exponent, long Millionths)[] Currencies =
        [("eur", 2, 1_000_000), ("usd", 2, 921_337), ("gbp", 2, 1_168_201), ("jpy", 0, 6_127), ("kwd", 3, 2_997_003)];

    private Rates(IReadOnlyList<DatedRate> all) => All = all;

    public IReadOnlyList<DatedRate> All { get; }

    public static Rates Draw(Random random, DateOnly from, DateOnly until)
    {
        var rates = new List<DatedRate>();
        foreach (var (currency, _, millionths) in Currencies.Where(currency => currency.Currency != Telecom.ReportingCurrency))
        {
            // The first is older than anything that is converted.
            for (var day = from.AddDays(-40); day <= until; day = day.AddDays(28 + random.Next(5)))
            {
                rates.Add(new DatedRate(currency, day, millionths * random.Next(950, 1_050) / 1_000));
            }
        }

        return new Rates(rates);
    }

    /// <summary>Half to even, once, from the one currency's minor units into the other's.</summary>
    public long Convert(long amount, string from, string to, long atMs) => from == to ? amount : (long)Exact.HalfEven(
        new BigInteger(amount) * Millionths(from, atMs) * BigInteger.Pow(10, ExponentOf(to)),
        new BigInteger(Millionths(to, atMs)) * BigInteger.Pow(10, ExponentOf(from)));

    /// <summary>A sum of euro cents as about as much in another currency.</summary>
    public static long Price(long euroCents, string currency)
    {
        var (_, exponent, millionths) = Currencies.Single(known => known.Currency == currency);
        return euroCents == 0 ? 0 : Math.Max(1, (long)(euroCents * (decimal)Math.Pow(10, exponent - 2) * 1_000_000m / millionths));
    }

    private long Millionths(string currency, long atMs)
    {
        var day = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(atMs).UtcDateTime);
        return currency == Telecom.ReportingCurrency
            ? 1_000_000
            : All.Where(rate => rate.Currency == currency && rate.From <= day).MaxBy(rate => rate.From)!.Millionths;
    }

    private static int ExponentOf(string currency) => Currencies.Single(known => known.Currency == currency).Exponent;
}
