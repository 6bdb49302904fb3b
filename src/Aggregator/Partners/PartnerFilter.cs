using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Partners;

/// <summary>The query parameters that choose and order partners.</summary>
internal sealed class PartnerFilter
{
    public string? Email { get; set; }

    public string? TenantId { get; set; }

    public string? Country { get; set; }

    /// <summary>Part of the name or the email, without regard to case.</summary>
    public string? Search { get; set; }

    public string? Status { get; set; }

    public string? GroupId { get; set; }

    /// <summary><c>createdAt</c>, <c>totalLeads</c>, <c>totalConversions</c>, <c>totalSales</c> or <c>totalSaleAmount</c> (the default).</summary>
    public string? SortBy { get; set; }

    /// <summary><c>desc</c> (the default) or <c>asc</c>.</summary>
    public string? SortOrder { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public IReadOnlyList<PartnerRow> List(Session session, string currency)
    {
        if (!string.IsNullOrEmpty(GroupId))
        {
            throw ApiError.Unprocessable("groupId: not supported by this version; leave it out.");
        }

        // Every partner of this version is approved.
        var noneHasStatus = !string.IsNullOrEmpty(Status) && Status != "approved";
        var page = Api.Page.Of(Page, PageSize, null, null, EntityId.Partner);
        return session.Query<PartnerRow>(
            $"""
            SELECT p.* FROM partners p
            WHERE @noneHasStatus = 0
              AND (@email IS NULL OR p.email_folded = @email)
              AND (@tenant IS NULL OR p.tenant_id = @tenant)
              AND (@country IS NULL OR p.country = @country)
              AND (@search IS NULL OR lower(p.name) LIKE @search ESCAPE '!' OR p.email_folded LIKE @search ESCAPE '!')
            ORDER BY {Order()}, p.id DESC LIMIT @Limit OFFSET @Offset
            """,
            new
            {
                noneHasStatus = noneHasStatus ? 1 : 0,
                email = Blank(Email)?.ToLowerInvariant(),
                tenant = Blank(TenantId),
                country = Blank(Country)?.ToUpperInvariant(),
                search = SearchPattern.Of(Search),
                currency,
                page.Limit,
                page.Offset,
            });
    }

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private string Order()
    {
        var direction = Fields.OneOf(Blank(SortOrder) ?? "desc", "sortOrder", "desc", "asc");
        var total = Fields.OneOf(Blank(SortBy) ?? "totalSaleAmount", "sortBy", "createdAt", "totalLeads", "totalConversions", "totalSales", "totalSaleAmount") switch
        {
            "createdAt" => "p.id",
            "totalLeads" => Sum("SUM(CASE WHEN c.kind = 'lead' THEN c.quantity ELSE 0 END)"),
            "totalConversions" => Sum("COUNT(DISTINCT CASE WHEN c.kind = 'sale' THEN c.customer_id END)"),
            "totalSales" => Sum("SUM(CASE WHEN c.kind = 'sale' THEN 1 ELSE 0 END)"),
            _ => Sum("SUM(CASE WHEN c.kind = 'sale' AND c.currency = @currency THEN c.amount ELSE 0 END)"),
        };
        return $"{total} {direction}";

        static string Sum(string what) => $"(SELECT COALESCE({what}, 0) FROM conversions c JOIN links l ON l.id = c.link_id WHERE l.partner_id = p.id AND l.deleted_at IS NULL)";
    }
}
