using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Money;

/// <summary>Derives again what follows from the facts of these customers, in this transaction.</summary>
internal delegate void DeriveAgain(Session session, IReadOnlyCollection<long> customers);

/// <summary>
/// Lets sales and rewards follow rates that came after them. It works on some sales at a time, so that others write in between; what a
/// stop leaves undone is done when the same rates are sent again.
/// </summary>
/// <param name="derive">Rewards in another currency than their sale's wait for its rate.</param>
internal sealed class RateFill(Database database, ExchangeRateStore store, DeriveAgain derive)
{
    private const int AtOnce = 1_000;

    private static readonly string[] Columns = ["converted", "rate", "from", "source", "id"];

    /// <summary>Forgets what sales were converted to for which this rate holds: with it they are converted anew.</summary>
    public static void Clear(Session session, RateSpan span) => session.Execute(
        """
        UPDATE conversions SET converted = NULL, rate = NULL, rate_from = NULL, rate_source = NULL
        WHERE kind = 'sale' AND currency = @Currency AND occurred_at >= @FromMs AND occurred_at < @ToMs
        """,
        span);

    /// <summary>Converts the sales in a currency that are not yet and for whose day a rate is known. Returns how many that were.</summary>
    public async Task<long> FillAsync(string currency, CancellationToken cancellation)
    {
        var filled = 0L;
        for (var last = default(WaitingSale); ;)
        {
            var some = await database.WriteAsync(session => FillSome(session, currency, last), cancellation);
            filled += some.Filled;
            if (some.Last is null)
            {
                return filled;
            }

            last = some.Last;
        }
    }

    /// <summary>Derives again the customers with rewards that go by this rate. Returns how many that were.</summary>
    public async Task<long> DeriveAsync(RateSpan span, CancellationToken cancellation)
    {
        var derived = 0L;
        for (var after = 0L; ;)
        {
            var some = await database.WriteAsync(session => DeriveSome(session, span, after), cancellation);
            derived += some.Count;
            if (some.Count < AtOnce)
            {
                return derived;
            }

            after = some[^1];
        }
    }

    private (long Filled, WaitingSale? Last) FillSome(Session session, string currency, WaitingSale? last)
    {
        var rates = store.Load(session);
        if (rates.KnownSince(currency) is not { } since)
        {
            return (0, null);
        }

        var sales = session.Query<WaitingSale>(
            """
            SELECT id, amount, occurred_at FROM conversions
            WHERE kind = 'sale' AND converted IS NULL AND currency = @currency AND occurred_at >= @at AND (occurred_at > @at OR id > @id)
            ORDER BY occurred_at, id LIMIT @AtOnce
            """,
            new { currency, at = last?.OccurredAt ?? since, id = last?.Id ?? 0, AtOnce });
        var rows = new List<object?[]>(sales.Count);
        foreach (var sale in sales)
        {
            if (rates.Convert(sale.Amount, currency, store.Reporting, sale.OccurredAt) is { By: { } by } exchanged)
            {
                rows.Add([exchanged.Amount, by.Rate, by.ValidOn, by.Source, sale.Id]);
            }
        }

        session.ExecuteAll(
            "UPDATE conversions SET converted = @converted, rate = @rate, rate_from = @from, rate_source = @source WHERE id = @id", Columns, rows);
        return (rows.Count, sales.Count < AtOnce ? null : sales[^1]);
    }

    private IReadOnlyList<long> DeriveSome(Session session, RateSpan span, long after)
    {
        var customers = session.Query<long>(
            """
            SELECT DISTINCT c.customer_id FROM conversions c JOIN programs p ON p.id = c.program_id
            WHERE c.kind = 'sale' AND c.occurred_at >= @FromMs AND c.occurred_at < @ToMs AND c.customer_id > @after
              AND c.currency <> p.currency AND (c.currency = @Currency OR p.currency = @Currency)
            ORDER BY c.customer_id LIMIT @AtOnce
            """,
            new { span.Currency, span.FromMs, span.ToMs, after, AtOnce });
        if (customers.Count > 0)
        {
            derive(session, customers);
        }

        return customers;
    }

    private sealed class WaitingSale
    {
        public long Id { get; set; }

        public long Amount { get; set; }

        public long OccurredAt { get; set; }
    }
}

/// <summary>The time for which a rate holds, Unix milliseconds.</summary>
/// <param name="ToMs">Exclusive: where the next begins.</param>
internal sealed record RateSpan(string Currency, long FromMs, long ToMs)
{
    /// <summary>From the rate's day until the next rate of its currency.</summary>
    public static RateSpan Of(ExchangeRates rates, DatedRate rate)
    {
        var from = RateDay.StartMs(rate.ValidOn);
        return new RateSpan(rate.Currency, from, rates.NextAfter(rate.Currency, from) ?? long.MaxValue);
    }
}
