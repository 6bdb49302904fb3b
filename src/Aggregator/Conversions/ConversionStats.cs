using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Whether money adds up: what was posted is what was attributed and what was not, in each currency. Posted is counted when a sale
/// comes in, the other two are summed over what is stored: a row that was lost, doubled or changed shows. What went back stands apart.
/// Tests are in none of them.
/// </summary>
internal sealed class ConversionStats(Database database) : IStatsSection
{
    /// <summary>The counter of the amounts posted, with the currency behind it.</summary>
    public const string Posted = "posted:";

    public string Name => "conversions";

    public object? Read() => database.TryRead(session => new
    {
        leads = Count(session, "lead"),
        leadRepeats = session.Counter("lead_repeats"),
        leadConflicts = session.Counter("lead_conflicts"),
        sales = Count(session, "sale"),
        saleRepeats = session.Counter("sale_repeats"),
        saleConflicts = session.Counter("sale_conflicts"),
        events = Count(session, "event"),
        eventRepeats = session.Counter("event_repeats"),
        eventConflicts = session.Counter("event_conflicts"),
        refunds = session.First<long>("SELECT COUNT(*) FROM adjustments WHERE is_test = 0"),
        refundRepeats = session.Counter("refund_repeats"),
        refundConflicts = session.Counter("refund_conflicts"),
        amounts = Amounts(session),
        refunded = Refunded(session),
    });

    private static long Count(Session session, string kind) =>
        session.First<long>("SELECT COUNT(*) FROM conversions WHERE kind = @kind AND is_test = 0", new { kind });

    // By what the refunds themselves say took effect, in the currencies of their sales.
    private static SortedDictionary<string, long> Refunded(Session session) => new(
        session.Query<CurrencyAmount>(
            """
            SELECT v.currency, SUM(a.applied) AS amount FROM adjustments a JOIN conversions v ON v.id = a.conversion_id WHERE a.is_test = 0 GROUP BY v.currency
            """).ToDictionary(row => row.Currency, row => row.Amount),
        StringComparer.Ordinal);

    private static SortedDictionary<string, object> Amounts(Session session)
    {
        var posted = session.Query<CurrencyAmount>("SELECT substr(name, @from) AS currency, value AS amount FROM counters WHERE name LIKE @names", new { from = Posted.Length + 1, names = Posted + "%" })
            .ToDictionary(row => row.Currency, row => row.Amount);
        var stored = session.Query<CurrencyAmount>(
            """
            SELECT currency, CASE WHEN link_id IS NULL THEN 0 ELSE 1 END AS is_attributed, SUM(amount) AS amount
            FROM conversions WHERE kind = 'sale' AND is_test = 0 GROUP BY currency, CASE WHEN link_id IS NULL THEN 0 ELSE 1 END
            """).ToDictionary(row => (row.Currency, row.IsAttributed), row => row.Amount);
        var amounts = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var currency in posted.Keys.Union(stored.Keys.Select(key => key.Currency)))
        {
            amounts[currency] = new
            {
                posted = posted.GetValueOrDefault(currency),
                attributed = stored.GetValueOrDefault((currency, true)),
                unattributed = stored.GetValueOrDefault((currency, false)),
            };
        }

        return amounts;
    }

    private sealed class CurrencyAmount
    {
        public string Currency { get; set; } = "";

        public bool IsAttributed { get; set; }

        public long Amount { get; set; }
    }
}
