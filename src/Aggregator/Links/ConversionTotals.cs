using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Links;

/// <summary>Leads and sales that were credited to a link or a partner. Amounts in the reporting currency.</summary>
internal sealed class ConversionTotals
{
    // Far below the number of arguments that a statement may have.
    private const int AtOnce = 1_000;

    public long Id { get; set; }

    public long Leads { get; set; }

    public long Conversions { get; set; }

    public long Sales { get; set; }

    public long SaleAmount { get; set; }

    public static IReadOnlyDictionary<long, ConversionTotals> OfLinks(Session session, IEnumerable<long> links, string currency) =>
        Read(session, "link_id", links, currency);

    /// <summary>What was credited to the partners, whoever has the links now and whether they are still there.</summary>
    public static IReadOnlyDictionary<long, ConversionTotals> OfPartners(Session session, IEnumerable<long> partners, string currency) =>
        Read(session, "partner_id", partners, currency);

    private static Dictionary<long, ConversionTotals> Read(Session session, string column, IEnumerable<long> ids, string currency) =>
        ids.Chunk(AtOnce).SelectMany(some => session.Query<ConversionTotals>(
            $"""
            SELECT {column} AS id,
                   SUM(CASE WHEN kind = 'lead' THEN quantity ELSE 0 END) AS leads,
                   COUNT(DISTINCT CASE WHEN kind = 'sale' THEN customer_id END) AS conversions,
                   SUM(CASE WHEN kind = 'sale' THEN 1 ELSE 0 END) AS sales,
                   SUM(CASE WHEN kind = 'sale' AND currency = @currency THEN amount ELSE 0 END) AS sale_amount
            FROM conversions WHERE {session.In(column, "some")} GROUP BY {column}
            """,
            new { some, currency })).ToDictionary(totals => totals.Id);
}
