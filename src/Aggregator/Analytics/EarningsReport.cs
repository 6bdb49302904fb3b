using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>Sums what a partner earned, in the reporting currency.</summary>
internal static class EarningsReport
{
    // Every day of every zone begins at a quarter of an hour.
    private const long QuarterMs = UtcBuckets.HourMs / 4;

    public static void Fill(FigureGroups groups, Grouping grouping, Session session, LinkScope scope, long partner, string currency, long fromMs, long toMs, ZonedBuckets? buckets)
    {
        // Also where there are none: the number stands in every row.
        var shown = grouping.Kind switch
        {
            GroupKind.Time => buckets!.Starts.Select(start => groups[start]),
            GroupKind.None => [groups[""]],
            _ => groups.All.Select(group => group.Figures),
        };
        foreach (var figures in shown.ToList())
        {
            figures.AddEarnings(0);
        }

        foreach (var row in Read(session, scope, partner, currency, fromMs, toMs))
        {
            var figures = grouping.Kind switch
            {
                GroupKind.Time => groups[buckets!.BucketOf(row.Quarter * QuarterMs)],
                GroupKind.Link => groups[row.LinkId],
                _ => groups[""],
            };
            figures.AddEarnings(row.Earnings);
        }
    }

    private static IReadOnlyList<EarningsSum> Read(Session session, LinkScope scope, long partner, string currency, long fromMs, long toMs)
    {
        var arguments = scope.Arguments;
        arguments.AddDynamicParams(new { partner, currency, fromMs, toMs });
        return session.Query<EarningsSum>(
            $"""
            SELECT COALESCE(link_id, 0) AS link_id, occurred_at / {QuarterMs} AS quarter, SUM(earnings) AS earnings FROM commissions
            WHERE partner_id = @partner AND side = 'referrer' AND unit = @currency AND is_test = 0 AND occurred_at >= @fromMs AND occurred_at < @toMs{scope.OnCommissions}
            GROUP BY COALESCE(link_id, 0), occurred_at / {QuarterMs}
            """,
            arguments);
    }

    private sealed class EarningsSum
    {
        public long LinkId { get; set; }

        public long Quarter { get; set; }

        public long Earnings { get; set; }
    }
}
