using System.Security.Cryptography;
using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Records leads and sales. Each runs inside one transaction of the one writer:
/// <code>
///   1  has this business key been answered before?   then that answer again, and nothing else
///   2  gather the evidence                           code, click, the customer's earlier lead, link or click
///   3  decide                                        a pure function
///   4  keep customer, conversion and answer          together, or not at all
/// </code>
/// </summary>
internal sealed class Tracker(ClickEvidence evidence, CustomerStore customers, LinkPresenter presenter, ProgramStore programs, Settings settings, EntityId ids)
{
    /// <summary>The answer as JSON.</summary>
    public string Lead(Session session, LeadRequest request, long nowMs)
    {
        request.Check();
        var known = CustomerStore.Find(session, request.CustomerExternalId!);
        var isDeferred = request.Mode == "deferred";

        // :: 1
        var slug = EventSlug.Of(request.EventName!);
        var hash = HashOf(request);
        if (known is not null && !isDeferred && ConversionStore.Repeat(session, LeadKey(known.Id, slug), hash) is { } answered)
        {
            return answered;
        }

        // :: 2
        var click = evidence.OfClick(session, request.ClickId, known is not null, nowMs);
        var code = evidence.OfCode(session, request.ReferralCode, nowMs);
        if (click is null && code is null && (known is null || isDeferred))
        {
            throw ApiError.BadRequest("clickId: was not sent, and no customer with this customerExternalId is known that has one; send clickId or referralCode.");
        }

        // :: 3
        var decision = Decide(session, [.. Touches(click, code)], Earlier(session, known, null), nowMs);

        // :: 4
        var winner = WinnerOf(decision);
        var customer = customers.Keep(session, request, winner, click, nowMs);
        var link = LinkOf(session, winner);
        var clickId = click?.ClickToken ?? winner?.ClickToken ?? customer.ClickToken ?? "";
        var answer = JsonSerializer.Serialize(
            new LeadAnswer(
                new ClickAnswer(clickId),
                link is null ? null : presenter.Summarise(link),
                new LeadCustomer(customer.Name, customer.Email, customer.Avatar, customer.ExternalId)),
            ApiJson.Options);
        if (!isDeferred)
        {
            var row = RowOf("lead", LeadKey(customer.Id, slug), customer, request, decision, answer, hash);
            row.Quantity = request.EventQuantity!.Value;
            Keep(session, row, customer);
        }

        return answer;
    }

    /// <summary>The answer as JSON.</summary>
    public string Sale(Session session, SaleRequest request, long nowMs)
    {
        request.Check();

        // :: 1
        var key = request.InvoiceId is null ? null : "sale:" + request.InvoiceId;
        var hash = HashOf(request);
        if (ConversionStore.Repeat(session, key, hash) is { } answered)
        {
            return answered;
        }

        // :: 2
        var known = CustomerStore.Find(session, request.CustomerExternalId!);
        var click = evidence.OfClick(session, request.ClickId, known is not null, nowMs);
        var code = evidence.OfCode(session, request.ReferralCode, nowMs);
        if (request.Amount == 0 || (known is null && click is null && code is null))
        {
            return JsonSerializer.Serialize(new SaleAnswer(request.EventName!, null, null), ApiJson.Options);
        }

        // :: 3
        var decision = Decide(session, [.. Touches(click, code)], Earlier(session, known, request.LeadEventName), nowMs);

        // :: 4
        var customer = customers.Keep(session, request, WinnerOf(decision), click, nowMs);
        var answer = JsonSerializer.Serialize(
            new SaleAnswer(
                request.EventName!,
                new SaleCustomer(EntityId.Format(EntityId.Customer, customer.Id), customer.Name, customer.Email, customer.Avatar, customer.ExternalId),
                new SaleDetails(request.Amount!.Value, request.Currency!, request.PaymentProcessor!, request.InvoiceId, request.Metadata)),
            ApiJson.Options);
        var row = RowOf("sale", key, customer, request, decision, answer, hash);
        session.Add(ConversionStats.Posted + request.Currency, request.Amount!.Value);
        (row.Amount, row.Currency, row.PaymentProcessor, row.InvoiceId) = (request.Amount, request.Currency, request.PaymentProcessor, request.InvoiceId);
        Keep(session, row, customer);
        return answer;
    }

    // What was credited before stands for the fact that it was credited by; a click that was not is evidence like any other.
    private Decision Decide(Session session, IReadOnlyList<Touch> evidence, Touch? earlier, long nowMs)
    {
        var isCredit = earlier is { Method: not Method.Click };
        Touch[] own = earlier is null || isCredit ? [.. evidence] : [.. evidence, earlier];
        var fact = new Fact { Id = ids.Next(), Kind = FactKind.Sale, Key = "~", OccurredAtMs = nowMs, Evidence = own };
        Fact[] facts = !isCredit ? [fact] : [Before(earlier!, nowMs), fact];
        return Attributor.Decide(new CustomerHistory(null, facts, []), programs.Load(session), settings.AttributionWindow)[^1];
    }

    private static Fact Before(Touch earlier, long nowMs) => new()
    {
        Id = 0,
        Kind = earlier.Method == Method.Lead ? FactKind.Lead : FactKind.Deferred,
        Key = "",
        OccurredAtMs = Math.Min(earlier.AtMs, nowMs),
        Evidence = [earlier with { Method = Method.Code }],
    };

    private static Touch? WinnerOf(Decision decision) => decision.Credits.Count == 0 ? null : decision.Credits[0].Touch;

    private void Keep(Session session, ConversionRow row, CustomerRow customer)
    {
        ConversionStore.Insert(session, row);
        if (settings.PublishEvents)
        {
            EventOutbox.Add(session, row, customer);
        }
    }

    private static string LeadKey(long customer, string slug) => $"lead:{EntityId.Format(EntityId.Customer, customer)}:{slug}";

    private static IEnumerable<Touch> Touches(params IEnumerable<Touch?> touches) => touches.OfType<Touch>();

    // A lead carries the click behind it, so that the sale shows up under the same country, device and channel.
    private static Touch? Earlier(Session session, CustomerRow? customer, string? eventName)
    {
        if (customer is null)
        {
            return null;
        }

        if (ConversionStore.LatestLead(session, customer.Id, eventName) is { } lead)
        {
            return new Touch(Method.Lead, lead.LinkId, lead.PartnerId, lead.ClickToken, lead.ClickedAt ?? lead.OccurredAt);
        }

        // Who asks for a lead by its name does not mean another one.
        var hasOthers = eventName is not null && ConversionStore.LatestLead(session, customer.Id, null) is not null;
        return hasOthers ? null : ClickEvidence.OfCustomer(session, customer);
    }

    private static LinkRow? LinkOf(Session session, Touch? touch) =>
        touch is null ? null : session.First<LinkRow>("SELECT * FROM links WHERE id = @LinkId", touch);

    private static ConversionRow RowOf(
        string kind, string? businessKey, CustomerRow customer, TrackRequest request, Decision decision, string answer, string hash) => new()
        {
            Id = decision.FactId,
            Kind = kind,
            BusinessKey = businessKey,
            CustomerId = customer.Id,
            LinkId = WinnerOf(decision)?.LinkId,
            PartnerId = WinnerOf(decision)?.PartnerId,
            ClickToken = WinnerOf(decision)?.ClickToken,
            ClickedAt = WinnerOf(decision) is { ClickToken: not null } click ? click.AtMs : null,
            Method = WinnerOf(decision)?.Method.ToString().ToLowerInvariant(),
            Decision = JsonSerializer.Serialize(decision, ApiJson.Options),
            EventName = request.EventName!,
            OccurredAt = decision.OccurredAtMs,
            Metadata = request.Metadata?.ToJsonString(ApiJson.Options),
            Answer = answer,
            RequestHash = hash,
        };

    // Of the checked request: the order of its fields and what was left out or spelled in full do not matter.
    private static string HashOf<T>(T request) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Options)));
}
