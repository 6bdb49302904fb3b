using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Who a referrer brought in the time asked for.</summary>
internal sealed class People
{
    private static readonly People None = new();

    public long PartnerId { get; set; }

    /// <summary>By their quantity; one that several touches of the referrer share is one.</summary>
    public long Leads { get; set; }

    /// <summary>Who bought, in the time asked for.</summary>
    public long Customers { get; set; }

    /// <summary>Who of them bought twice or more.</summary>
    public long Repeating { get; set; }

    /// <param name="partners">Null: all.</param>
    public static Func<long, People> Read(Session session, ValueScope scope, IReadOnlyCollection<long>? partners)
    {
        var these = partners is null ? "cr.partner_id IS NOT NULL" : session.In("cr.partner_id", "partners");
        var rows = session.Query<People>(
            $"""
            SELECT partner_id, SUM(leads) AS leads, SUM(customers) AS customers, SUM(repeating) AS repeating
            FROM (
                SELECT partner_id, SUM(quantity) AS leads, 0 AS customers, 0 AS repeating
                FROM (SELECT DISTINCT cr.partner_id, c.id, c.quantity FROM {ValueScope.CreditsFirst}
                      WHERE {ValueScope.Joined} AND {these} AND {scope.Leads}{ValueScope.InPeriod}) AS told
                GROUP BY partner_id
                UNION ALL
                SELECT partner_id, 0, COUNT(*), SUM(CASE WHEN sales > 1 THEN 1 ELSE 0 END)
                FROM (SELECT cr.partner_id, cr.customer_id, COUNT(DISTINCT c.id) AS sales FROM {ValueScope.CreditsFirst}
                      WHERE {ValueScope.Joined} AND {these} AND {scope.Sales}{ValueScope.InPeriod} GROUP BY cr.partner_id, cr.customer_id) AS buyers
                GROUP BY partner_id) AS sums
            GROUP BY partner_id
            """,
            scope.Arguments(partners)).ToDictionary(row => row.PartnerId);
        return partner => rows.GetValueOrDefault(partner, None);
    }
}
