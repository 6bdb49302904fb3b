using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>
/// Answers <c>GET /events</c>: an array of single clicks, leads or sales. Clicks are there as long as single clicks are kept; leads and
/// sales for ever.
/// </summary>
internal sealed class EventsApi(
    Database database, IClickCounts counts, BotRules bots, LinkPresenter links, CustomerPresenter customers, Installation installation, TimeProvider clock)
{
    private readonly ClickEvents _clicks = new(counts, bots);

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<EventsApi>(services);
        routes.MapGet("/events", api.List).WithTags("Events").WithName("listEvents").Answers(ReportSchemas.EventsAsync);
    }

    private List<Dictionary<string, object?>> List([AsParameters] EventsRequest request, CancellationToken cancellation)
    {
        request.RefuseUnsupported();
        var wanted = Fields.OneOf(string.IsNullOrEmpty(request.Event) ? "clicks" : request.Event, "event", "clicks", "leads", "sales");
        var page = EventPage.Of(request);
        var period = Period.Of(request, clock.GetUtcNow());
        var filters = new ClickFilters(request);
        var disposition = DispositionNames.Parse(request.Disposition);
        return database.Read(session =>
        {
            var scope = LinkScope.Of(session, request, installation);
            return wanted == "clicks"
                ? Clicks(session, _clicks.Read(scope.Links, filters, period, disposition, page, cancellation))
                : Conversions(session, ConversionEvents.Read(session, wanted == "leads" ? "lead" : "sale", scope, filters, period, page, cancellation));
        });
    }

    private List<Dictionary<string, object?>> Clicks(Session session, List<EventClick> clicks)
    {
        var known = LinksOf(session, clicks.Select(click => click.LinkId));
        return
        [
            .. clicks.Where(click => known.ContainsKey(click.LinkId)).Select(click => Event("click", click.AtMs, click, known[click.LinkId])),
        ];
    }

    private List<Dictionary<string, object?>> Conversions(Session session, List<ConversionEvent> conversions)
    {
        var known = LinksOf(session, conversions.Select(conversion => conversion.LinkId));
        var credits = ConversionEvents.CreditsOf(session, conversions);
        return [.. conversions.Select(conversion => Conversion(session, conversion, known[conversion.LinkId], credits[conversion.Id]))];
    }

    private Dictionary<string, object?> Conversion(Session session, ConversionEvent conversion, (LinkRow Row, LinkResponse Response) link, IEnumerable<CreditRow> credits)
    {
        var result = Event(conversion.Kind, conversion.OccurredAt, conversion.ToClick(), link);
        result["eventId"] = EntityId.Format(conversion.Kind == "lead" ? EntityId.Lead : EntityId.Sale, conversion.Id);
        result["eventName"] = conversion.EventName;
        result["customer"] = ConversionEvent.CustomerOf(session, customers, conversion.CustomerId);
        result["metadata"] = conversion.Metadata is { } metadata ? JsonNode.Parse(metadata) : null;
        result["creditVersion"] = conversion.CreditVersion;
        result["credits"] = CreditShare.Of(credits, conversion.Kind);
        if (conversion.Kind == "sale")
        {
            result["sale"] = new
            {
                amount = conversion.Amount ?? 0,
                currency = conversion.Currency,
                paymentProcessor = conversion.PaymentProcessor ?? "custom",
                invoiceId = conversion.InvoiceId,
            };
            result["saleAmount"] = conversion.Amount ?? 0;
            result["invoice_id"] = conversion.InvoiceId ?? "";
            result["payment_processor"] = conversion.PaymentProcessor ?? "custom";
        }

        return result;
    }

    private static Dictionary<string, object?> Event(string kind, long atMs, EventClick click, (LinkRow Row, LinkResponse Response) link)
    {
        var result = new Dictionary<string, object?>
        {
            ["event"] = kind,
            ["timestamp"] = Fields.Time(atMs),
            ["click"] = click.ToObject(link.Row),
            ["link"] = link.Response,
        };
        click.WriteFlat(result, link.Row, link.Response.Id);
        return result;
    }

    private Dictionary<long, (LinkRow Row, LinkResponse Response)> LinksOf(Session session, IEnumerable<long> ids)
    {
        long[] wanted = [.. ids.Distinct()];
        var rows = session.Query<LinkRow>($"SELECT * FROM links WHERE {session.In("id", "wanted")}", new { wanted });
        return rows.Zip(links.Present(session, rows)).ToDictionary(pair => pair.First.Id, pair => (pair.First, pair.Second));
    }
}
