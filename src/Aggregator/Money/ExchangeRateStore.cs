using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Money;

/// <summary>Exchange rates in the database. They are needed for each batch of sales, and read anew only after one changed.</summary>
internal sealed class ExchangeRateStore(Settings settings)
{
    private volatile Known? _known;

    /// <summary>What rates are to.</summary>
    public string Reporting => settings.Currency;

    /// <summary>As of this transaction, which must not have changed a rate itself: it may yet be rolled back.</summary>
    public ExchangeRates Load(Session session)
    {
        var version = session.Counter(ExchangeRates.Version);
        if (_known is { } known && known.Version == version)
        {
            return known.Rates;
        }

        var rates = ExchangeRates.Load(session, settings.Currency);
        _known = new Known(version, rates);
        return rates;
    }

    /// <summary>Stores the rate unless it is there already.</summary>
    /// <param name="item">Its place in the list, for messages.</param>
    /// <exception cref="ApiError">409 when that day has another rate, which is not to be replaced.</exception>
    public static RateChange Put(Session session, DatedRate rate, bool replaces, int item)
    {
        var known = session.First<DatedRate>("SELECT currency, valid_on, rate, source FROM exchange_rates WHERE currency = @Currency AND valid_on = @ValidOn", rate);
        if (known is not null && (known.Rate, known.Source) == (rate.Rate, rate.Source))
        {
            return RateChange.None;
        }

        if (known is not null && !replaces)
        {
            throw ApiError.Conflict(
                $"Item {item}: rate: {rate.Currency} has the rate {known.Rate} from {known.Source} for {rate.ValidOn} already; send replace: true to change it and what was converted by it.");
        }

        session.Execute(
            """
            INSERT INTO exchange_rates (currency, valid_on, rate, source) VALUES (@Currency, @ValidOn, @Rate, @Source)
            ON CONFLICT (currency, valid_on) DO UPDATE SET rate = @Rate, source = @Source
            """,
            rate);
        session.Add(ExchangeRates.Version, 1);
        return known is null ? RateChange.Stored : RateChange.Replaced;
    }

    /// <summary>Rates, the newest first; with a day those that hold on it.</summary>
    /// <param name="currency">Null: of all.</param>
    /// <param name="day">ISO 8601; null: of all days.</param>
    public static IReadOnlyList<DatedRate> List(Session session, string? currency, string? day, Page page) => session.Query<DatedRate>(
        """
        SELECT currency, valid_on, rate, source FROM exchange_rates r
        WHERE (@currency IS NULL OR currency = @currency)
          AND (@day IS NULL OR valid_on = (SELECT MAX(valid_on) FROM exchange_rates o WHERE o.currency = r.currency AND o.valid_on <= @day))
        ORDER BY valid_on DESC, currency LIMIT @Limit OFFSET @Offset
        """,
        new { currency, day, page.Limit, page.Offset });

    private sealed record Known(long Version, ExchangeRates Rates);
}

/// <summary>What a rate that was told changed.</summary>
internal enum RateChange
{
    /// <summary>It was there already.</summary>
    None,
    Stored,
    Replaced,
}
