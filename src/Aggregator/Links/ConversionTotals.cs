using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Value;

namespace LinkTracker.Aggregator.Links;

/// <summary>Leads and sales that were credited to a link or a partner: of all programs as <see cref="CreditTotals"/> keeps them, without tests. Amounts in the reporting currency.</summary>
internal sealed class ConversionTotals
{
    // Far below the number of arguments that a statement may have.
    private const int AtOnce = 1_000;

    public long Id { get; set; }

    public long Leads { get; set; }

    public long Conversions { get; set; }

    public long Sales { get; set; }

    public long SaleAmount { get; set; }

    /// <summary>What of <see cref="SaleAmount"/> went back.</summary>
    public long Refunded { get; set; }

    public long NetRevenue => SaleAmount - Refunded;

    public static IReadOnlyDictionary<long, ConversionTotals> OfLinks(Session session, IEnumerable<long> links, string currency) =>
        Read(session, CreditTotal.Link, links, currency);

    /// <summary>What was credited to the partners, whoever has the links now and whether they are still there.</summary>
    public static IReadOnlyDictionary<long, ConversionTotals> OfPartners(Session session, IEnumerable<long> partners, string currency) =>
        Read(session, CreditTotal.Partner, partners, currency);

    /// <summary>What was credited to the partners by the rules of one program: summed, because the totals that are kept are of all programs.</summary>
    public static IReadOnlyDictionary<long, ConversionTotals> OfPartnersIn(Session session, IEnumerable<long> partners, string currency, ReferralProgram program) =>
        partners.Chunk(AtOnce).SelectMany(some => session.Query<ConversionTotals>(
            $"""
            SELECT id,
                   SUM(CASE WHEN kind = 'lead' THEN quantity ELSE 0 END) AS leads,
                   COUNT(DISTINCT CASE WHEN kind = 'sale' THEN customer_id END) AS conversions,
                   SUM(CASE WHEN kind = 'sale' THEN 1 ELSE 0 END) AS sales,
                   SUM(CASE WHEN kind = 'sale' AND currency = @currency THEN amount ELSE 0 END) AS sale_amount,
                   SUM(CASE WHEN kind = 'sale' AND currency = @currency THEN refunded ELSE 0 END) AS refunded
            FROM (SELECT c.partner_id AS id, v.kind, v.quantity, v.customer_id, v.currency, SUM(c.amount) AS amount, SUM(c.refunded) AS refunded
                  FROM credits c JOIN conversions v ON v.id = c.conversion_id
                  WHERE {session.In("c.partner_id", "some")} AND v.kind IN ('lead', 'sale') AND v.program_id = @Id AND v.is_test = @isTest
                  GROUP BY c.partner_id, v.id, v.kind, v.quantity, v.customer_id, v.currency) AS credited
            GROUP BY id
            """,
            new { some, currency, program.Id, isTest = program.IsTest ? 1 : 0 })).ToDictionary(totals => totals.Id);

    // Every touch that has a part of a conversion counts it, but once; money is each one's own part.
    private static Dictionary<long, ConversionTotals> Read(Session session, string owner, IEnumerable<long> ids, string currency) =>
        ids.Chunk(AtOnce).SelectMany(some => session.Query<ConversionTotals>(
            $"""
            SELECT owner_id AS id, SUM(leads) AS leads, SUM(customers) AS conversions, SUM(sales) AS sales,
                   SUM(CASE WHEN currency = @currency THEN amount ELSE 0 END) AS sale_amount,
                   SUM(CASE WHEN currency = @currency THEN refunded ELSE 0 END) AS refunded
            FROM credit_totals WHERE owner_kind = @owner AND {session.In("owner_id", "some")}
            GROUP BY owner_id
            """,
            new { owner, some, currency })).ToDictionary(totals => totals.Id);
}
