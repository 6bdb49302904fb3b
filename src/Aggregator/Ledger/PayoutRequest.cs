using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Which partners to pay.</summary>
internal sealed class PayoutRequest
{
    public const int MostPartners = 500;

    /// <summary>The default program unless given.</summary>
    public string? ProgramId { get; set; }

    /// <summary>A currency; the program's unless given.</summary>
    public string? Unit { get; set; }

    /// <summary>Null: all who are owed enough.</summary>
    public string[]? PartnerIds { get; set; }

    public long[]? Partners() => PartnerIds switch
    {
        null => null,
        { Length: > MostPartners } => throw ApiError.Unprocessable($"partnerIds: at most {MostPartners}, these are {PartnerIds.Length}."),
        _ => [.. PartnerIds.Select(text => EntityId.TryParse(EntityId.Partner, text, out var id) ? id : throw ApiError.NotFound($"partnerIds: there is no partner {text}."))],
    };
}

/// <summary>What became of a payment.</summary>
internal sealed class PayoutOutcome
{
    /// <summary>Of the payment; to confirm it.</summary>
    public string? Reference { get; set; }

    /// <summary>Why it did not arrive.</summary>
    public string? Reason { get; set; }
}

/// <summary>The query parameters that choose payouts.</summary>
internal sealed class PayoutFilter
{
    public string? Status { get; set; }

    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }

    /// <summary>The batch that it was made in.</summary>
    public string? InvoiceId { get; set; }

    /// <summary>The group that its partner was in when it was made: one, several (<c>gold,silver</c>) or, with a leading hyphen, all but those.</summary>
    public string? GroupId { get; set; }

    public bool? TestMode { get; set; }

    /// <summary><c>amount</c> (the default), <c>initiatedAt</c> or <c>paidAt</c>.</summary>
    public string? SortBy { get; set; }

    /// <summary><c>desc</c> (the default) or <c>asc</c>.</summary>
    public string? SortOrder { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public IReadOnlyList<PayoutResponse> Read(Session session)
    {
        var page = Api.Page.Of(Page, PageSize, null, null, EntityId.Payout);
        var column = Fields.OneOf(string.IsNullOrEmpty(SortBy) ? "amount" : SortBy, "sortBy", "amount", "initiatedAt", "paidAt") switch
        {
            "amount" => "o.amount",
            "paidAt" => "o.paid_at",
            _ => "o.created_at",
        };
        var direction = Fields.OneOf(string.IsNullOrEmpty(SortOrder) ? "desc" : SortOrder, "sortOrder", "desc", "asc");
        var arguments = new DynamicParameters(page);
        var where = TestMode == true ? "o.unit LIKE 'test:%'" : "o.unit NOT LIKE 'test:%'";
        if (!string.IsNullOrEmpty(Status))
        {
            where += " AND o.status = @status";
            arguments.Add("status", Fields.OneOf(Status, "status", "pending", "processing", "processed", "sent", "completed", "failed", "canceled"));
        }

        if (!string.IsNullOrEmpty(PartnerId))
        {
            EntityId.TryParse(EntityId.Partner, PartnerId, out var partner);
            where += " AND o.partner_id = @partner";
            arguments.Add("partner", partner);
        }

        if (!string.IsNullOrEmpty(TenantId))
        {
            where += " AND p.tenant_id = @tenant";
            arguments.Add("tenant", Fields.Plain(TenantId, "tenantId"));
        }

        if (EntityId.Filter(EntityId.PayoutBatch, InvoiceId) is { } batch)
        {
            where += " AND o.batch_id = @batch";
            arguments.Add("batch", batch);
        }

        where += ValueCondition.Of(session, arguments, PayoutPresenter.Group, "groups", GroupId, group => Fields.Plain(group, "groupId")!);
        return PayoutPresenter.Query(session, where, $" ORDER BY {column} {direction} NULLS LAST, o.id DESC LIMIT @Limit OFFSET @Offset", arguments);
    }
}
