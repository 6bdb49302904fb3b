using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>The customers of one referrer with every purchase, so that each amount can be traced back to who sent the customer. Without test data.</summary>
internal static class ReferredReport
{
    /// <summary>Purchases that stand inside each customer of a list.</summary>
    public const int MaxPurchases = 100;

    private const string Credits = "FROM " + ValueScope.CreditsFirst;
    private const string OfPartner = ValueScope.Joined + " AND cr.partner_id = @partner AND c.is_test = 0";

    /// <summary>The customers who were credited to the referrer, the newest first, each with its newest purchases.</summary>
    public static IReadOnlyList<ReferredCustomer> List(Session session, long partner, Page page)
    {
        var customers = page.Arrange(session.Query<long>(CustomersSql(page), new { partner, page.After, page.Before, page.Limit, page.Offset }));
        return Present(session, partner, [.. customers], 0, MaxPurchases);
    }

    /// <summary>One customer with a page of its purchases; empty when it was not credited to the referrer.</summary>
    public static IReadOnlyList<ReferredCustomer> Of(Session session, long partner, long customer, Page page) =>
        Present(session, partner, [customer], page.Offset, page.Limit);

    // The index has a referrer's customers in order, so that no more credits are looked at than the page needs.
    internal static string CustomersSql(Page page) =>
        $"""
        SELECT cr.customer_id FROM credits cr
        WHERE cr.partner_id = @partner AND EXISTS (SELECT 1 FROM conversions c WHERE c.id = cr.conversion_id AND c.is_test = 0 AND c.kind IN ('lead', 'sale')){page.Condition("cr.customer_id")}
        GROUP BY cr.customer_id{page.Order("cr.customer_id")}
        """;

    private static List<ReferredCustomer> Present(Session session, long partner, long[] customers, long offset, long limit)
    {
        var arguments = new { partner, customers, offset, last = offset + limit };
        var known = session.Query<CustomerRow>(
            $"""
            SELECT u.id, u.external_id, u.name, u.email, MIN(c.occurred_at) AS first_at, COUNT(DISTINCT CASE WHEN c.kind = 'sale' THEN c.id END) AS sales
            {Credits} CROSS JOIN customers u
            WHERE {OfPartner} AND u.id = cr.customer_id AND c.kind IN ('lead', 'sale') AND {session.In("cr.customer_id", "customers")}
            GROUP BY u.id, u.external_id, u.name, u.email
            """,
            arguments).ToDictionary(row => row.Id);
        var those = $"{OfPartner} AND c.kind = 'sale' AND {session.In("cr.customer_id", "customers")}";
        var amounts = session.Query<AmountRow>(
            $"""
            SELECT cr.customer_id, c.currency, SUM(cr.amount) AS gross, SUM(cr.refunded) AS refunds
            {Credits} WHERE {those} GROUP BY cr.customer_id, c.currency ORDER BY c.currency
            """,
            arguments).ToLookup(row => row.CustomerId, row => new CurrencyTotal(row.Currency, row.Gross, row.Refunds, checked(row.Gross - row.Refunds)));

        // Several touches of the referrer are one line of a purchase.
        var purchases = session.Query<PurchaseRow>(
            $"""
            SELECT * FROM (
                SELECT c.id, cr.customer_id, c.invoice_id, c.event_name, c.occurred_at, c.currency, c.amount, SUM(cr.amount) AS gross, SUM(cr.refunded) AS refunds,
                       ROW_NUMBER() OVER (PARTITION BY cr.customer_id ORDER BY c.occurred_at DESC, c.business_key DESC, c.id DESC) AS place
                {Credits} WHERE {those}
                GROUP BY c.id, cr.customer_id, c.invoice_id, c.event_name, c.occurred_at, c.currency, c.amount, c.business_key) AS lines
            WHERE place > @offset AND place <= @last ORDER BY place
            """,
            arguments).ToLookup(row => row.CustomerId, row => row.ToPurchase());
        return [.. customers.Select(id => known.GetValueOrDefault(id)).OfType<CustomerRow>().Select(row => new ReferredCustomer(
            EntityId.Format(EntityId.Customer, row.Id), row.ExternalId, row.Name, row.Email, Fields.Time(row.FirstAt), row.Sales, [.. amounts[row.Id]], [.. purchases[row.Id]]))];
    }

    private sealed class CustomerRow
    {
        public long Id { get; set; }

        public string ExternalId { get; set; } = "";

        public string? Name { get; set; }

        public string? Email { get; set; }

        public long FirstAt { get; set; }

        public long Sales { get; set; }
    }

    private sealed class AmountRow
    {
        public long CustomerId { get; set; }

        public string Currency { get; set; } = "";

        public long Gross { get; set; }

        public long Refunds { get; set; }
    }

    private sealed class PurchaseRow
    {
        public long Id { get; set; }

        public long CustomerId { get; set; }

        public string? InvoiceId { get; set; }

        public string EventName { get; set; } = "";

        public long OccurredAt { get; set; }

        public string Currency { get; set; } = "";

        public long Amount { get; set; }

        public long Gross { get; set; }

        public long Refunds { get; set; }

        public Purchase ToPurchase() => new(
            EntityId.Format(EntityId.Sale, Id), InvoiceId, EventName, Fields.Time(OccurredAt), Currency, Amount, Gross, Refunds, checked(Gross - Refunds));
    }
}

/// <param name="ReferredAt">The first lead or sale that was credited to the referrer.</param>
/// <param name="Sales">All of them, also those that are not among the purchases here.</param>
/// <param name="Revenue">Of all sales, the referrer's part, by currency.</param>
internal sealed record ReferredCustomer(
    string Id, string ExternalId, string? Name, string? Email, string ReferredAt, long Sales, IReadOnlyList<CurrencyTotal> Revenue, IReadOnlyList<Purchase> Purchases);

/// <summary>Minor units of the currency that was paid in.</summary>
/// <param name="Amount">The whole sale.</param>
/// <param name="Gross">The referrer's part of it.</param>
/// <param name="Refunds">Of that part.</param>
internal sealed record Purchase(string Id, string? InvoiceId, string EventName, string OccurredAt, string Currency, long Amount, long Gross, long Refunds, long Net);

/// <param name="Definitions">The version of <c>GET /reports/metrics</c>.</param>
internal sealed record ReferredAnswer(string AsOf, string Definitions, string PartnerId, IReadOnlyList<ReferredCustomer> Customers);
