using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Reads cohorts from the store: one statement for who is how old, one for what they brought.</summary>
internal static class CohortReader
{
    private static readonly int[] LifetimeDays = [90, 365];
    private static readonly int[] RetentionDays = [30, 90, 365];

    /// <summary>Cohorts of those of the referrers who have one, by the referrer.</summary>
    public static Dictionary<long, Cohort> Read(Session session, ValueScope scope, IReadOnlyCollection<long> partners)
    {
        var began = scope.Began(session.In("cr.partner_id", "partners"));
        var cohorts = new Dictionary<long, Cohort>();
        foreach (var row in session.Query<AgeRow>(AgesSql(began), scope.Arguments(partners)))
        {
            var cohort = cohorts[row.PartnerId] = new Cohort { Customers = row.Customers };
            (cohort.Old[30], cohort.Old[90], cohort.Old[365]) = (row.Old30, row.Old90, row.Old365);
            (cohort.Priced[0], cohort.Priced[90], cohort.Priced[365]) = (row.Priced, row.Priced90, row.Priced365);
            (cohort.Kept[30], cohort.Kept[90], cohort.Kept[365]) = (row.Kept30, row.Kept90, row.Kept365);
        }

        foreach (var row in session.Query<CohortNet>(NetSql(began, scope.Sales), scope.Arguments(partners)))
        {
            cohorts[row.PartnerId].Add(row, scope.Measure);
        }

        return cohorts;
    }

    // A sale that went back whole is no sign of life; one for nothing may begin a subscription. Whoever else is credited for later sales:
    // the customer stayed.
    private static string AgesSql(string began) =>
        $"""
        WITH began AS ({began}),
        life AS (
            SELECT customer_id, MAX(CASE WHEN refunded < amount THEN occurred_at ELSE 0 END) AS last_at,
                   MAX(CASE WHEN subscription_id IS NULL THEN 0 ELSE 1 END) AS subscribed
            FROM conversions
            WHERE kind = 'sale' AND is_test = @isTest AND customer_id IN (SELECT customer_id FROM began)
            GROUP BY customer_id),
        ages AS (
            SELECT b.partner_id, b.began_at, b.is_priced, {string.Join(", ", RetentionDays.Select(KeptColumn))}
            FROM began b JOIN life l ON l.customer_id = b.customer_id)
        SELECT partner_id, COUNT(*) AS customers, SUM(is_priced) AS priced, {string.Join(", ", LifetimeDays.Select(PricedColumn))}, {string.Join(", ", RetentionDays.Select(AgeColumns))}
        FROM ages GROUP BY partner_id
        """;

    private static string AgeColumns(int days) =>
        $"""
        SUM(CASE WHEN began_at + {Ms(days)} <= @now THEN 1 ELSE 0 END) AS old{days},
        SUM(is_kept{days}) AS kept{days}
        """;

    // A subscription holds at an age when a sale of it stands before, and none of its ends, nor one of all subscriptions, lies in between.
    private static string KeptColumn(int days) =>
        $"""
        CASE WHEN b.began_at + {Ms(days)} > @now THEN 0
             WHEN l.last_at >= b.began_at + {Ms(days)} THEN 1
             WHEN l.subscribed = 1 AND EXISTS (
                 SELECT 1 FROM conversions s
                 WHERE s.customer_id = b.customer_id AND s.kind = 'sale' AND s.is_test = @isTest AND s.subscription_id IS NOT NULL
                   AND s.occurred_at <= b.began_at + {Ms(days)} AND (s.refunded < s.amount OR s.amount = 0)
                   AND NOT EXISTS (
                       SELECT 1 FROM cancellations x
                       WHERE x.customer_id = s.customer_id AND (x.subscription_id = s.subscription_id OR x.subscription_id = '')
                         AND x.canceled_at >= s.occurred_at AND x.canceled_at <= b.began_at + {Ms(days)})) THEN 1
             ELSE 0 END AS is_kept{days}
        """;

    private static string PricedColumn(int days) => $"SUM(CASE WHEN began_at + {Ms(days)} <= @now THEN is_priced ELSE 0 END) AS priced{days}";

    private static string NetSql(string began, string sales) =>
        $"""
        WITH began AS ({began})
        SELECT b.partner_id, c.currency, c.rate, COUNT(DISTINCT c.id) AS sales, SUM(cr.amount - cr.refunded) AS net, {string.Join(", ", LifetimeDays.Select(NetColumn))}
        FROM began b CROSS JOIN {ValueScope.CreditsFirst}
        WHERE cr.partner_id = b.partner_id AND cr.customer_id = b.customer_id AND {ValueScope.Joined} AND {sales}
        GROUP BY b.partner_id, c.currency, c.rate
        """;

    private static string NetColumn(int days) =>
        $"SUM(CASE WHEN b.began_at + {Ms(days)} <= @now AND c.occurred_at < b.began_at + {Ms(days)} THEN cr.amount - cr.refunded ELSE 0 END) AS net{days}";

    private static long Ms(int days) => days * UtcBuckets.DayMs;

    private sealed class AgeRow
    {
        public long PartnerId { get; set; }

        public long Customers { get; set; }

        public long Priced { get; set; }

        public long Priced90 { get; set; }

        public long Priced365 { get; set; }

        public long Old30 { get; set; }

        public long Old90 { get; set; }

        public long Old365 { get; set; }

        public long Kept30 { get; set; }

        public long Kept90 { get; set; }

        public long Kept365 { get; set; }
    }
}
