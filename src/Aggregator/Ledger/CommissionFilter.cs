using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>The query parameters that choose commissions.</summary>
internal sealed class CommissionFilter
{
    /// <summary>Money of referrers, of commissions <c>c</c>. What friends get, and what the shop gives, are rewards.</summary>
    public const string Money = $"c.side = 'referrer' AND {Units.IsMoneySql}";

    public string? Type { get; set; }

    public string? CustomerId { get; set; }

    public string? PayoutId { get; set; }

    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }

    public string? GroupId { get; set; }

    public string? PartnerTagId { get; set; }

    public string? InvoiceId { get; set; }

    public string? ProgramId { get; set; }

    public string? Status { get; set; }

    /// <summary><c>waiting</c>: only those that a person has to approve.</summary>
    public string? Approval { get; set; }

    /// <summary>Those of test mode instead of the others.</summary>
    public bool? TestMode { get; set; }

    /// <summary><c>createdAt</c> (the default) or <c>amount</c>.</summary>
    public string? SortBy { get; set; }

    /// <summary><c>desc</c> (the default) or <c>asc</c>.</summary>
    public string? SortOrder { get; set; }

    /// <summary>Only <c>all</c>; use start and end.</summary>
    public string? Interval { get; set; }

    public string? Start { get; set; }

    public string? End { get; set; }

    public string? Timezone { get; set; }

    /// <summary>A filter in the words of the contract; not supported.</summary>
    public string? Query { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    public Page ToPage() => Api.Page.Of(Page, PageSize, StartingAfter, EndingBefore, EntityId.Commission);

    public string Order(Page page)
    {
        var sortBy = Fields.OneOf(Fields.Given(SortBy) ?? "createdAt", "sortBy", "createdAt", "amount");
        var direction = Fields.OneOf(Fields.Given(SortOrder) ?? "desc", "sortOrder", "desc", "asc");
        if ((sortBy, direction) == ("createdAt", "desc"))
        {
            return page.Order("c.id");
        }

        if (page.After is not null || page.Before is not null)
        {
            throw ApiError.Unprocessable("sortBy: startingAfter and endingBefore follow createdAt, the newest first; use page with another order.");
        }

        return $" ORDER BY {(sortBy == "amount" ? "c.basis" : "c.id")} {direction}, c.id DESC LIMIT @Limit OFFSET @Offset";
    }

    public (string Where, DynamicParameters Arguments) Where()
    {
        Refuse(PartnerTagId, "partnerTagId");
        Refuse(Query, "query");
        Refuse(Fields.Given(Interval) == "all" ? null : Interval, "interval");
        var arguments = new DynamicParameters(new { isTest = TestMode == true ? 1 : 0 });
        var where = Money + " AND c.is_test = @isTest";
        Add("c.type = @type", "type", Fields.Given(Type) is { } type ? Fields.OneOf(type, "type", "click", "lead", "sale", "referral", "custom") : null);
        Add("c.customer_id = @customer", "customer", EntityId.Filter(EntityId.Customer, CustomerId));
        Add("c.payout_id = @payout", "payout", EntityId.Filter(EntityId.Payout, PayoutId));
        Add("c.partner_id = @partner", "partner", EntityId.Filter(EntityId.Partner, PartnerId));
        Add("c.program_id = @program", "program", EntityId.Filter(EntityId.Program, ProgramId));
        Add("p.tenant_id = @tenant", "tenant", Fields.Plain(Fields.Given(TenantId), "tenantId"));
        Add($"{CommissionRead.Group} = @group", "group", Fields.Plain(Fields.Given(GroupId), "groupId"));
        Add("(s.invoice_id = @invoice OR c.invoice_id = @invoice)", "invoice", Fields.Plain(Fields.Given(InvoiceId), "invoiceId"));
        Add($"{CommissionStatus.Sql} = @status", "status", Fields.Given(Status) is { } status ? Fields.OneOf(status, "status", CommissionStatus.All) : null);
        Add("c.created_at >= @start", "start", Fields.Time(Start, "start"));
        Add("c.created_at < @end", "end", Fields.Time(End, "end"));
        if (Fields.Given(Approval) is { } approval)
        {
            Fields.OneOf(approval, "approval", "waiting");
            where += " AND c.approved_at IS NULL AND c.outcome IS NULL AND c.state = 'pending'";
        }

        return (where, arguments);

        void Add(string condition, string name, object? value)
        {
            if (value is not null)
            {
                where += " AND " + condition;
                arguments.Add(name, value);
            }
        }
    }

    private static void Refuse(string? value, string field)
    {
        if (!string.IsNullOrEmpty(value))
        {
            throw ApiError.Unprocessable($"{field}: not supported by this version; leave it out.");
        }
    }
}
