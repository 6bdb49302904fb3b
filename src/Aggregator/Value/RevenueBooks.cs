using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>
/// Revenue of all referrers in the time asked for. What was posted is summed by itself, so that it can be compared: posted is always what
/// all referrers have and what nobody has, to the minor unit.
/// </summary>
internal sealed class RevenueBooks
{
    private readonly Dictionary<long, Revenue> _ofPartners = [];
    private readonly Measure _measure;
    private readonly Revenue _none;

    private RevenueBooks(Measure measure)
    {
        _measure = measure;
        _none = new Revenue(measure);
        Posted = new Revenue(measure);
        Unattributed = new Revenue(measure);
    }

    /// <summary>All sales, whoever has them.</summary>
    public Revenue Posted { get; }

    /// <summary>Sales that were credited to nobody, or to a link that is no referrer's.</summary>
    public Revenue Unattributed { get; }

    public static RevenueBooks Read(Session session, ValueScope scope)
    {
        var books = new RevenueBooks(scope.Measure);
        foreach (var row in session.Query<RevenueRow>(CreditedSql(scope), scope.Arguments()))
        {
            (row.PartnerId is { } partner ? books.Open(partner) : books.Unattributed).Add(row);
        }

        Fill(session, books.Unattributed, NobodysSql(scope), scope);
        Fill(session, books.Posted, PostedSql(scope), scope);
        return books;
    }

    internal static string CreditedSql(ValueScope scope) =>
        $"""
        SELECT cr.partner_id, c.currency, c.rate, COUNT(DISTINCT c.id) AS sales, SUM(cr.amount) AS gross, SUM(cr.refunded) AS refunds
        FROM conversions c JOIN credits cr ON cr.conversion_id = c.id
        WHERE {scope.Sales}{ValueScope.InPeriod}
        GROUP BY cr.partner_id, c.currency, c.rate
        """;

    /// <summary>Of sales without any credit: those have no link.</summary>
    internal static string NobodysSql(ValueScope scope) => SalesSql(scope, " AND c.link_id IS NULL");

    internal static string PostedSql(ValueScope scope) => SalesSql(scope, "");

    public Revenue Of(long partner) => _ofPartners.GetValueOrDefault(partner, _none);

    /// <summary>What these have, and what all others have.</summary>
    public (Revenue These, Revenue Others) Split(IEnumerable<long> partners)
    {
        var (asked, these, others) = (partners.ToHashSet(), new Revenue(_measure), new Revenue(_measure));
        foreach (var (partner, revenue) in _ofPartners)
        {
            (asked.Contains(partner) ? these : others).Add(revenue);
        }

        return (these, others);
    }

    private Revenue Open(long partner)
    {
        if (!_ofPartners.TryGetValue(partner, out var revenue))
        {
            _ofPartners.Add(partner, revenue = new Revenue(_measure));
        }

        return revenue;
    }

    private static string SalesSql(ValueScope scope, string condition) =>
        $"""
        SELECT c.currency, c.rate, COUNT(*) AS sales, SUM(c.amount) AS gross, SUM(c.refunded) AS refunds
        FROM conversions c WHERE {scope.Sales}{ValueScope.InPeriod}{condition}
        GROUP BY c.currency, c.rate
        """;

    private static void Fill(Session session, Revenue revenue, string sql, ValueScope scope)
    {
        foreach (var row in session.Query<RevenueRow>(sql, scope.Arguments()))
        {
            revenue.Add(row);
        }
    }
}
