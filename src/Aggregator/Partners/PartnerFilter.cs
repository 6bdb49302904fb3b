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

    /// <summary>A name of <see cref="PartnerOrder"/>; <c>totalSaleAmount</c> unless given.</summary>
    public string? SortBy { get; set; }

    /// <summary><c>desc</c> (the default) or <c>asc</c>.</summary>
    public string? SortOrder { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public PartnerOrder ToOrder() => PartnerOrder.Of(
        Blank(SortBy) ?? "totalSaleAmount", Fields.OneOf(Blank(SortOrder) ?? "desc", "sortOrder", "desc", "asc") == "desc");

    public Page ToPage() => Api.Page.Of(Page, PageSize, null, null, EntityId.Partner);

    /// <summary>All that are asked for, the newest first.</summary>
    public IReadOnlyList<long> Ids(Session session)
    {
        if (!string.IsNullOrEmpty(GroupId))
        {
            throw ApiError.Unprocessable("groupId: not supported by this version; leave it out.");
        }

        // Every partner of this version is approved.
        var noneHasStatus = !string.IsNullOrEmpty(Status) && Status != "approved";
        return session.Query<long>(
            """
            SELECT p.id FROM partners p
            WHERE @noneHasStatus = 0
              AND (@email IS NULL OR p.email_folded = @email)
              AND (@tenant IS NULL OR p.tenant_id = @tenant)
              AND (@country IS NULL OR p.country = @country)
              AND (@search IS NULL OR lower(p.name) LIKE @search ESCAPE '!' OR p.email_folded LIKE @search ESCAPE '!')
            ORDER BY p.id DESC
            """,
            new
            {
                noneHasStatus = noneHasStatus ? 1 : 0,
                email = Blank(Email)?.ToLowerInvariant(),
                tenant = Blank(TenantId),
                country = Blank(Country)?.ToUpperInvariant(),
                search = SearchPattern.Of(Search),
            });
    }

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
