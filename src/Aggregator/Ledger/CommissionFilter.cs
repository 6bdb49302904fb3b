using Dapper;
using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>The query parameters that choose commissions.</summary>
internal sealed class CommissionFilter
{
    /// <summary>Money of referrers, of commissions <c>c</c>. What friends get, and what the shop gives, are rewards.</summary>
    public const string Money = $"c.side = 'referrer' AND {Units.IsMoneySql}";

    /// <summary>What a person has to approve, of commissions <c>c</c>.</summary>
    public const string WaitsForApproval = "c.approved_at IS NULL AND c.outcome IS NULL AND c.state = 'pending'";

    /// <summary>One, several (<c>lead,sale</c>) or, with a leading hyphen, all but those; so are partnerId and groupId.</summary>
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

    /// <summary>24h, 7d, 30d, 90d, 1y, mtd, qtd, ytd or all, of when they were made. Not used when start or end is given.</summary>
    public string? Interval { get; set; }

    /// <summary>ISO 8601. Without an offset it is local time of the time zone.</summary>
    public string? Start { get; set; }

    /// <summary>ISO 8601. A date alone includes that day.</summary>
    public string? End { get; set; }

    /// <summary>IANA name, such as Europe/London; UTC unless given.</summary>
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

    /// <exception cref="ApiError">422 that names the parameter.</exception>
    public (string Where, DynamicParameters Arguments) Where(Session session, DateTimeOffset now)
    {
        Refuse(PartnerTagId, "partnerTagId");
        Refuse(Query, "query");
        var (from, to) = Period.Exactly(Interval, Start, End, Timezone, now);
        var arguments = new DynamicParameters(new { isTest = TestMode == true ? 1 : 0 });
        var where = Money + " AND c.is_test = @isTest";
        where += ValueCondition.Of(session, arguments, "c.type", "types", Type, type => Fields.OneOf(type, "type", "click", "lead", "sale", "referral", "custom"));
        where += ValueCondition.Of(session, arguments, "c.partner_id", "partners", PartnerId, partner => EntityId.Filter(EntityId.Partner, partner)!.Value);
        where += ValueCondition.Of(session, arguments, CommissionRead.Group, "groups", GroupId, group => Fields.Plain(group, "groupId")!);
        var conditions = new Conditions(where, arguments);
        conditions.Add("c.customer_id = @customer", "customer", EntityId.Filter(EntityId.Customer, CustomerId));
        conditions.Add("c.payout_id = @payout", "payout", EntityId.Filter(EntityId.Payout, PayoutId));
        conditions.Add("c.program_id = @program", "program", EntityId.Filter(EntityId.Program, ProgramId));
        conditions.Add("p.tenant_id = @tenant", "tenant", Fields.Plain(Fields.Given(TenantId), "tenantId"));
        conditions.Add("(s.invoice_id = @invoice OR c.invoice_id = @invoice)", "invoice", Fields.Plain(Fields.Given(InvoiceId), "invoiceId"));
        conditions.Add($"{CommissionStatus.Sql} = @status", "status", Fields.Given(Status) is { } status ? Fields.OneOf(status, "status", CommissionStatus.All) : null);
        conditions.Add("c.created_at >= @from", "from", from);
        conditions.Add("c.created_at < @to", "to", to);
        if (Fields.Given(Approval) is { } approval)
        {
            Fields.OneOf(approval, "approval", "waiting");
            conditions.Add(true, WaitsForApproval);
        }

        return (conditions.Where, conditions.Arguments);
    }

    private static void Refuse(string? value, string field)
    {
        if (!string.IsNullOrEmpty(value))
        {
            throw ApiError.Unprocessable($"{field}: not supported by this version; leave it out.");
        }
    }
}
