using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>Reads the figures of all referrers over the last 90 days.</summary>
internal sealed class PartnerRatesReader(IClickCounts counts, ProgramStore programs, TimeProvider clock, ILogger<PartnerRatesReader> logger)
{
    private const int Days = 90;
    private const int LinksAtOnce = 1_000;

    public PartnerRates Read(Session session)
    {
        var from = clock.GetUtcNow().ToUnixTimeMilliseconds() - (Days * UtcBuckets.DayMs);
        var clicks = Clicks(session, UtcBuckets.Hour(from));
        var rates = session.Query<PartnerRate>(
            """
            SELECT c.program_id, r.partner_id,
                COUNT(DISTINCT CASE WHEN c.kind = 'lead' AND r.method = 'click' THEN c.id END) AS click_leads,
                COUNT(DISTINCT CASE WHEN r.method IN ('click', 'code') THEN c.customer_id END) AS touched,
                COUNT(DISTINCT CASE WHEN r.method = 'code' AND NOT EXISTS (
                    SELECT 1 FROM touches t WHERE t.customer_id = c.customer_id AND t.method = 'click' AND t.partner_id = r.partner_id) THEN c.customer_id END) AS unclicked,
                COUNT(DISTINCT c.customer_id) AS customers,
                COUNT(DISTINCT CASE WHEN c.kind = 'sale' THEN c.customer_id END) AS buyers,
                COUNT(DISTINCT CASE WHEN c.kind = 'sale' THEN c.id END) AS sales,
                COUNT(DISTINCT CASE WHEN c.kind = 'sale' AND c.refunded > 0 THEN c.id END) AS refunded_sales
            FROM conversions c JOIN credits r ON r.conversion_id = c.id
            WHERE c.kind IN ('lead', 'sale') AND c.occurred_at >= @from AND c.is_test = 0 AND c.program_id IS NOT NULL AND r.partner_id IS NOT NULL
            GROUP BY c.program_id, r.partner_id
            """,
            new { from }).ToDictionary(rate => (Program: rate.ProgramId, Partner: rate.PartnerId));
        return new PartnerRates(rates.Keys.Union(clicks.Keys).Select(key =>
            (rates.GetValueOrDefault(key) ?? new PartnerRate { ProgramId = key.Program, PartnerId = key.Partner }) with { Clicks = clicks.GetValueOrDefault(key) }));
    }

    private Dictionary<(long Program, long Partner), long> Clicks(Session session, long fromHour)
    {
        var standard = programs.Load(session).Default.Id;
        var links = session.Query<(long Link, long? Program, long Partner)>("SELECT id, program_id, partner_id FROM links WHERE partner_id IS NOT NULL")
            .ToDictionary(row => row.Link, row => (Program: row.Program ?? standard, Partner: row.Partner));
        try
        {
            return links.Keys.Chunk(LinksAtOnce)
                .SelectMany(some => counts.Rollup(new RollupQuery { Links = some, FromHour = fromHour, ToHour = UtcBuckets.Hour(Now()) + 1, Split = RollupSplit.Link }))
                .GroupBy(row => links[row.LinkId], row => row.Tally.Valid)
                .ToDictionary(group => group.Key, group => group.Sum());
        }
        catch (CountsException failure)
        {
            // Without clicks nobody's share of them is judged, until the next time.
            Log.ClicksUnread(logger, failure);
            return [];
        }
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
