using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions.Lists;

/// <summary>The query parameters of <c>GET /refunds</c>.</summary>
internal sealed class RefundFilter
{
    // What of it took effect says what became of it, once its sale is known.
    private const string StatusSql = "CASE WHEN a.conversion_id IS NULL THEN 'pending' WHEN a.applied = 0 THEN 'void' ELSE 'applied' END";

    /// <summary>Of the sale.</summary>
    public string? InvoiceId { get; set; }

    public string? RefundId { get; set; }

    /// <summary><c>pending</c> (its sale is not known), <c>applied</c>, or <c>void</c>: it could take nothing from its sale.</summary>
    public string? Status { get; set; }

    /// <summary><c>refund</c> or <c>chargeback</c>.</summary>
    public string? Type { get; set; }

    /// <summary>True: only what was told again with another content.</summary>
    public bool? Conflicts { get; set; }

    /// <summary>Those of test mode instead of the others.</summary>
    public bool? TestMode { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    public IReadOnlyList<RefundResponse> Read(Session session)
    {
        var page = Api.Page.Of(Page, PageSize, StartingAfter, EndingBefore, EntityId.Adjustment);
        var isTest = TestMode == true;
        var conditions = new Conditions("a.is_test = @isTest", new { isTest = isTest ? 1 : 0 });
        conditions.Add("a.sale_key = @sale", "sale", BusinessKey.Sale(isTest, Fields.Plain(Fields.Given(InvoiceId), "invoiceId")));
        conditions.Add("a.business_key = @refund", "refund", Fields.Plain(Fields.Given(RefundId), "refundId") is { } refund ? BusinessKey.Refund(isTest, refund) : null);
        conditions.Add($"{StatusSql} = @status", "status", Fields.Given(Status) is { } status ? Fields.OneOf(status, "status", "pending", "applied", "void") : null);
        conditions.Add("a.kind = @kind", "kind", Fields.Given(Type) is { } type ? Fields.OneOf(type, "type", "refund", "chargeback") : null);
        conditions.Add(Conflicts, "a.conflicts > 0");
        conditions.Arguments.AddDynamicParams(page);
        return
        [
            .. page.Arrange(session.Query<RefundRead>(
                $"""
                SELECT a.id, a.kind, a.business_key, a.sale_key, a.conversion_id, {StatusSql} AS status, a.amount, a.applied, a.currency, a.tax, a.shipping, a.line_items, a.reason, a.conflicts, a.is_test,
                    a.occurred_at, a.received_at
                FROM adjustments a WHERE {conditions.Where}{page.Condition("a.id")}{page.Order("a.id")}
                """,
                conditions.Arguments)).Select(row => row.ToResponse()),
        ];
    }
}
