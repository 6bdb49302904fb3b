using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>Finds single leads and sales in the order of their times.</summary>
internal static class ConversionEvents
{
    private const int RowsAtOnce = 1_000;

    /// <param name="kind">lead or sale.</param>
    public static List<ConversionEvent> Read(
        Session session, string kind, LinkScope scope, ClickFilters filters, Period period, EventPage page, CancellationToken cancellation)
    {
        // Filters of the click are not SQL: rows are read in their order until the page is full.
        var found = new List<ConversionEvent>();
        for (var offset = 0; found.Count < page.End; offset += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = Query(session, kind, scope, period, page.NewestFirst, offset);
            found.AddRange(rows.Where(row => filters.Allow(row.Traits())));
            if (rows.Count < RowsAtOnce)
            {
                break;
            }
        }

        return [.. found.Skip(page.Offset).Take(page.Limit)];
    }

    /// <summary>Who shares each of these.</summary>
    public static ILookup<long, CreditRow> CreditsOf(Session session, IEnumerable<ConversionEvent> conversions) => session.Query<CreditRow>(
        $"SELECT * FROM credits WHERE {session.In("conversion_id", "ids")} ORDER BY position", new { ids = conversions.Select(conversion => conversion.Id).ToArray() })
        .ToLookup(credit => credit.ConversionId);

    // Whoever has any part finds it, and it is listed once.
    private static string OfAnyPart(LinkScope scope) => scope.OnConversions.Length == 0 ? "" :
        $" AND EXISTS (SELECT 1 FROM (SELECT r.link_id, r.partner_id, v.program_id FROM credits r WHERE r.conversion_id = v.id) part WHERE 1 = 1{scope.OnConversions})";

    private static IReadOnlyList<ConversionEvent> Query(Session session, string kind, LinkScope scope, Period period, bool newestFirst, int offset)
    {
        var direction = newestFirst ? "DESC" : "ASC";
        var arguments = scope.Arguments;
        arguments.Add("kind", kind);
        arguments.Add("from", period.FromMs);
        arguments.Add("to", period.ToMs);
        arguments.Add("most", RowsAtOnce);
        arguments.Add("offset", offset);
        return session.Query<ConversionEvent>(
            $"""
            SELECT id, kind, customer_id, link_id, click_token, clicked_at, event_name, occurred_at, amount, currency, payment_processor, invoice_id,
                   metadata, credit_version, country, device, browser, os, referer, channel, "trigger" AS click_trigger
            FROM conversions v
            WHERE kind = @kind AND is_test = 0 AND link_id IS NOT NULL AND occurred_at >= @from AND occurred_at < @to{OfAnyPart(scope)}
            ORDER BY occurred_at {direction}, id {direction} LIMIT @most OFFSET @offset
            """,
            arguments);
    }
}

/// <summary>A lead or sale as it was stored, with what is known of its click.</summary>
internal sealed class ConversionEvent
{
    public long Id { get; set; }

    public string Kind { get; set; } = "";

    public long CustomerId { get; set; }

    public long LinkId { get; set; }

    public string? ClickToken { get; set; }

    public long? ClickedAt { get; set; }

    public string EventName { get; set; } = "";

    public long OccurredAt { get; set; }

    public long? Amount { get; set; }

    public string? Currency { get; set; }

    public string? PaymentProcessor { get; set; }

    public string? InvoiceId { get; set; }

    public string? Metadata { get; set; }

    public long CreditVersion { get; set; }

    public string? Country { get; set; }

    public string? Device { get; set; }

    public string? Browser { get; set; }

    public string? Os { get; set; }

    public string? Referer { get; set; }

    public string? Channel { get; set; }

    public string? ClickTrigger { get; set; }

    // Clients know link and qr only; a code that was typed stands for its link.
    public Counting.ClickTraits Traits() => new(
        Counting.Disposition.Valid, Country ?? AgentTraits.Unknown, Device ?? AgentTraits.Unknown, Browser ?? AgentTraits.Unknown, Os ?? AgentTraits.Unknown,
        Referer ?? AgentTraits.Unknown, Channel ?? AgentTraits.Unknown, ClickTrigger ?? "link");

    public EventClick ToClick()
    {
        var traits = Traits();
        return new EventClick
        {
            Id = ClickToken ?? "",
            LinkId = LinkId,
            AtMs = ClickedAt ?? OccurredAt,
            Country = traits.Country,
            Device = traits.Device,
            Browser = traits.Browser,
            Os = traits.Os,
            Referrer = traits.Referrer,
            Channel = traits.Channel,
            Trigger = traits.Trigger,
        };
    }

    /// <summary>The object <c>customer</c> of an event.</summary>
    public static CustomerResponse CustomerOf(Session session, CustomerPresenter customers, long id)
    {
        var rows = customers.Query(session, "c.id = @id", new Dapper.DynamicParameters(new { id }));
        return customers.Present(session, rows[0], expanded: false);
    }
}
