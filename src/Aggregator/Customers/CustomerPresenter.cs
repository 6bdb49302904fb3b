using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Customers;

/// <summary>Turns customers into what clients see.</summary>
internal sealed class CustomerPresenter(LinkPresenter links, Settings settings, Installation installation)
{
    /// <summary>Customers with what they bought.</summary>
    public IReadOnlyList<CustomerRead> Query(Session session, string where, Dapper.DynamicParameters arguments)
    {
        arguments.Add("currency", settings.Currency);
        return session.Query<CustomerRead>(
            $"""
            SELECT c.*,
                (SELECT COUNT(*) FROM conversions s WHERE s.customer_id = c.id AND s.kind = 'sale') AS sales,
                (SELECT COALESCE(SUM(s.amount), 0) FROM conversions s WHERE s.customer_id = c.id AND s.kind = 'sale' AND s.currency = @currency) AS sale_amount,
                (SELECT MIN(s.occurred_at) FROM conversions s WHERE s.customer_id = c.id AND s.kind = 'sale') AS first_sale_at,
                (SELECT s.country FROM conversions s WHERE s.customer_id = c.id AND s.country IS NOT NULL ORDER BY s.occurred_at, s.id LIMIT 1) AS country
            FROM customers c WHERE {where}
            """,
            arguments);
    }

    public CustomerResponse Present(Session session, CustomerRead row, bool expanded) => new()
    {
        Id = EntityId.Format(EntityId.Customer, row.Id),
        ExternalId = row.ShownId,
        Name = row.Name,
        Email = row.Email,
        Avatar = row.Avatar,
        Country = row.Country,
        Sales = row.Sales,
        SaleAmount = row.SaleAmount,
        FirstSaleAt = Fields.Time(row.FirstSaleAt),
        CreatedAt = Fields.Time(row.CreatedAt),
        SubscriptionCanceledAt = Fields.Time(row.CanceledAt),
        KnownSince = Fields.Time(row.KnownSince),
        Attributes = CustomerAttributes.Parse(row.Attributes),
        TestMode = row.IsTest,
        Link = expanded ? LinkOf(session, row) : null,
        Partner = expanded ? PartnerOf(session, row) : null,
        ProgramId = expanded && row.PartnerId is not null ? installation.ProgramId : null,
    };

    // A deleted link still tells where the customer came from.
    private CustomerLink? LinkOf(Session session, CustomerRow row)
    {
        var link = row.LinkId is null ? null : session.First<LinkRow>("SELECT * FROM links WHERE id = @LinkId", row);
        return link is null ? null : new CustomerLink(
            EntityId.Format(EntityId.Link, link.Id), link.Domain, link.Key, links.ShortLink(link), link.Url,
            link.PartnerId is null ? null : installation.ProgramId);
    }

    private static CustomerPartner? PartnerOf(Session session, CustomerRow row)
    {
        var partner = row.PartnerId is null ? null : session.First<PartnerRow>("SELECT * FROM partners WHERE id = @PartnerId", row);
        return partner is null ? null : new CustomerPartner(EntityId.Format(EntityId.Partner, partner.Id), partner.Name, partner.Email, partner.Image);
    }
}

/// <summary>A customer with what was derived from its conversions.</summary>
internal sealed class CustomerRead : CustomerRow
{
    public long Sales { get; set; }

    public long SaleAmount { get; set; }

    public long? FirstSaleAt { get; set; }

    public string? Country { get; set; }
}
