using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;
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

    /// <summary><c>approved</c>, <c>banned</c> or <c>deactivated</c>; no partner has another of the contract.</summary>
    public string? Status { get; set; }

    public string? ProgramId { get; set; }

    /// <summary>The name of a group of that program, or of the default one when none is named.</summary>
    public string? GroupId { get; set; }

    /// <summary>A name of <see cref="PartnerOrder"/>; <c>totalSaleAmount</c> unless given.</summary>
    public string? SortBy { get; set; }

    /// <summary><c>desc</c> (the default) or <c>asc</c>.</summary>
    public string? SortOrder { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public PartnerOrder ToOrder() => PartnerOrder.Of(
        Fields.Given(SortBy) ?? "totalSaleAmount", Fields.OneOf(Fields.Given(SortOrder) ?? "desc", "sortOrder", "desc", "asc") == "desc");

    public Page ToPage() => Api.Page.Of(Page, PageSize, null, null, EntityId.Partner);

    /// <summary>All that are asked for, the newest first.</summary>
    /// <param name="program">The one that was asked for, or the default one.</param>
    public IReadOnlyList<long> Ids(Session session, long program, long defaultProgram, long nowMs)
    {
        var arguments = new
        {
            program,
            defaultProgram,
            nowMs,
            group = Fields.Given(GroupId),
            status = Fields.Given(Status),
            email = Fields.Given(Email)?.ToLowerInvariant(),
            tenant = Fields.Given(TenantId),
            country = Fields.Given(Country)?.ToUpperInvariant(),
            search = SearchPattern.Of(Search),
        };
        return session.Query<long>(
            $"""
            SELECT p.id FROM partners p
            WHERE {(Fields.Given(ProgramId) is null ? "1 = 1" : PartnerPrograms.IsIn)}
              AND (@status IS NULL OR p.status = @status)
              AND (@group IS NULL OR @group = COALESCE(
                  (SELECT m.group_name FROM memberships m WHERE m.program_id = @program AND m.partner_id = p.id AND m.valid_from <= @nowMs
                   ORDER BY m.valid_from DESC LIMIT 1), '{Memberships.DefaultGroup}'))
              AND (@email IS NULL OR p.email_folded = @email)
              AND (@tenant IS NULL OR p.tenant_id = @tenant)
              AND (@country IS NULL OR p.country = @country)
              AND (@search IS NULL OR lower(p.name) LIKE @search ESCAPE '!' OR p.email_folded LIKE @search ESCAPE '!')
            ORDER BY p.id DESC
            """,
            arguments);
    }
}
