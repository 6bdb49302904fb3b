using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions.Lists;

/// <summary>The query parameters of <c>GET /conversions</c>.</summary>
internal sealed class ConversionFilter
{
    /// <summary><c>lead</c>, <c>deferred</c>, <c>sale</c> or <c>event</c>.</summary>
    public string? Type { get; set; }

    public string? InvoiceId { get; set; }

    /// <summary>The shop's id of its customer.</summary>
    public string? CustomerExternalId { get; set; }

    public string? CustomerId { get; set; }

    /// <summary>Whose rules decided.</summary>
    public string? ProgramId { get; set; }

    /// <summary>False: only what nobody is credited for.</summary>
    public bool? Credited { get; set; }

    /// <summary>True: only what was told again with another content.</summary>
    public bool? Conflicts { get; set; }

    /// <summary>Those of test mode instead of the others.</summary>
    public bool? TestMode { get; set; }

    /// <summary>When it happened, as in reports; all of time, when left out.</summary>
    public string? Interval { get; set; }

    /// <summary>From when on it happened. Goes before <see cref="Interval"/>, as <see cref="End"/> does.</summary>
    public string? Start { get; set; }

    /// <summary>Before when it happened; a day counts whole.</summary>
    public string? End { get; set; }

    public string? Timezone { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    /// <summary>An id of the list: what was told before it follows.</summary>
    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    public IReadOnlyList<ConversionResponse> Read(Session session, DateTimeOffset now)
    {
        var (from, to) = Period.Exactly(Interval, Start, End, Timezone, now);
        var page = Api.Page.Of(Page, PageSize, StartingAfter, EndingBefore, StoredConversion.PrefixOfId(Fields.Given(StartingAfter) ?? EndingBefore));
        var isTest = TestMode == true;
        var conditions = new Conditions("v.is_test = @isTest", new { isTest = isTest ? 1 : 0 });
        conditions.Add("v.kind = @kind", "kind", Fields.Given(Type) is { } type ? Fields.OneOf(type, "type", "lead", "deferred", "sale", "event") : null);
        conditions.Add("v.invoice_id = @invoice", "invoice", Fields.Plain(Fields.Given(InvoiceId), "invoiceId"));
        conditions.Add(
            "v.customer_id = (SELECT id FROM customers WHERE external_id = @name)",
            "name",
            Fields.Plain(Fields.Given(CustomerExternalId), "customerExternalId") is { } name ? IntakeBatch.StoredId(isTest, name) : null);
        conditions.Add("v.customer_id = @customer", "customer", EntityId.Filter(EntityId.Customer, CustomerId));
        conditions.Add("v.program_id = @program", "program", EntityId.Filter(EntityId.Program, ProgramId));
        conditions.Add("v.occurred_at >= @from", "from", from);
        conditions.Add("v.occurred_at < @to", "to", to);
        conditions.Add(Credited, "v.link_id IS NOT NULL");
        conditions.Add(Conflicts, "v.conflicts > 0");
        conditions.Arguments.AddDynamicParams(page);
        return
        [
            .. page.Arrange(session.Query<ConversionRead>(
                $"""
                SELECT v.id, v.kind, v.event_name, v.invoice_id, v.subscription_id, v.customer_id, c.external_id, v.amount, v.currency, v.refunded, v.program_id, v.rule_version,
                    v.partner_id, v.link_id, v.method, v.conflicts, v.is_test, v.occurred_at, v.received_at
                FROM conversions v JOIN customers c ON c.id = v.customer_id
                WHERE {conditions.Where}{page.Condition("v.id")}{page.Order("v.id")}
                """,
                conditions.Arguments)).Select(row => row.ToResponse()),
        ];
    }
}
