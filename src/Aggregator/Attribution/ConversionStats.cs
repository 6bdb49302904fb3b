using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Whether money adds up: what was posted is what was attributed and what was not, in each currency.</summary>
internal sealed class ConversionStats(Database database) : IStatsSection
{
    public string Name => "conversions";

    public object Read() => database.Read(session => new
    {
        leads = session.First<long>("SELECT COUNT(*) FROM conversions WHERE kind = 'lead'"),
        leadRepeats = session.Counter("lead_repeats"),
        leadConflicts = session.Counter("lead_conflicts"),
        sales = session.First<long>("SELECT COUNT(*) FROM conversions WHERE kind = 'sale'"),
        saleRepeats = session.Counter("sale_repeats"),
        saleConflicts = session.Counter("sale_conflicts"),
        amounts = session.Query<CurrencyTotals>(
            """
            SELECT currency, SUM(amount) AS posted,
                SUM(CASE WHEN link_id IS NOT NULL THEN amount ELSE 0 END) AS attributed,
                SUM(CASE WHEN link_id IS NULL THEN amount ELSE 0 END) AS unattributed
            FROM conversions WHERE kind = 'sale' GROUP BY currency
            """).ToDictionary(totals => totals.Currency, totals => new { totals.Posted, totals.Attributed, totals.Unattributed }),
    });

    private sealed class CurrencyTotals
    {
        public string Currency { get; set; } = "";

        public long Posted { get; set; }

        public long Attributed { get; set; }

        public long Unattributed { get; set; }
    }
}
