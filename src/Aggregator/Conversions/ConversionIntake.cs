using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Takes in leads, sales and events:
/// <code>
///   1  has this business key been answered before?   then that answer again, and nothing else
///   2  the evidence                                  code and clicks, who named the customer; whether it is a test
///   3  what cannot be is refused                     nothing is changed up to here
///   4  keep what was told, with its answer           what follows from it is derived later, from all that was told
/// </code>
/// </summary>
internal sealed class ConversionIntake(ClickEvidence evidence, LinkPresenter presenter, CustomerAddress addresses, EntityId ids)
{
    /// <summary>The answer as JSON. It shows whom the lead is credited to, so its customer is derived at once.</summary>
    public string Lead(IntakeBatch batch, Derivation derivation, LeadRequest request, RequestHash hash)
    {
        var told = Hear(batch, request, hash, isTest => BusinessKey.Lead(isTest, request.IsDeferred, request.CustomerExternalId!, request.EventName!));
        if (told.Answered is { } answered)
        {
            return answered;
        }

        if (told.IsPending || (told.Evidence.Count == 0 && request.IsDeferred))
        {
            throw ApiError.BadRequest("clickId: was not sent, and no customer with this customerExternalId is known that has one, nor did a referrer name it before; send clickId or referralCode.");
        }

        var row = RowOf(request.IsDeferred ? FactKind.Deferred : FactKind.Lead, told, request, hash, batch.NowMs);
        row.Quantity = request.EventQuantity!.Value;
        var customer = Keep(batch, told, request, row);
        derivation.Derive(customer);
        var link = row.LinkId is { } id ? batch.Link(id) : null;
        return Answer(batch, row, "lead", new LeadAnswer(
            new ClickAnswer((request.Clicks.Count > 0 ? request.Clicks[0] : null) ?? row.ClickToken ?? customer.Row.ClickToken ?? ""),
            link is null ? null : presenter.Summarise(link),
            new LeadCustomer(customer.Row.Name, customer.Row.Email, customer.Row.Avatar, request.CustomerExternalId!)));
    }

    /// <summary>The answer as JSON.</summary>
    public string Sale(IntakeBatch batch, SaleRequest request, RequestHash hash)
    {
        var told = Hear(batch, request, hash, isTest => BusinessKey.Sale(isTest, request.InvoiceId));
        if (told.Answered is { } answered)
        {
            return answered;
        }

        if (request.CheckoutStartedAtMs is { } started && OccurredAt.Check(started, "checkoutStartedAt", batch.NowMs) > told.AtMs)
        {
            throw ApiError.Unprocessable("checkoutStartedAt: lies behind the sale.");
        }

        if (request.Amount == 0)
        {
            return Json(new SaleAnswer(request.EventName!, null, null));
        }

        var row = RowOf(FactKind.Sale, told, request, hash, batch.NowMs);
        (row.Amount, row.Currency, row.PaymentProcessor, row.InvoiceId) = (request.Amount, request.Currency, request.PaymentProcessor, request.InvoiceId);
        (row.Tax, row.Shipping, row.Discount) = (request.Tax ?? 0, request.Shipping ?? 0, request.Discount ?? 0);
        (row.LeadEventName, row.CheckoutStartedAt, row.SubscriptionId) = (request.LeadEventName, request.CheckoutStartedAtMs, request.SubscriptionId);
        row.LineItems = LineItem.ToText(request.LineItems?.Select(line => line.ToLineItem()).ToList());
        var customer = Keep(batch, told, request, row);
        if (!told.IsTest)
        {
            batch.Counts.Add(ConversionStats.Posted + request.Currency, request.Amount!.Value);
        }

        return Answer(batch, row, "sale", told.IsPending
            ? new SaleAnswer(request.EventName!, null, null)
            : new SaleAnswer(request.EventName!, AnswerOf(customer), new SaleDetails(request.Amount!.Value, request.Currency!, request.PaymentProcessor!, request.InvoiceId, request.Metadata)));
    }

    /// <summary>The answer as JSON.</summary>
    public string Event(IntakeBatch batch, EventRequest request, RequestHash hash)
    {
        var told = Hear(batch, request, hash, isTest => BusinessKey.Event(isTest, request.EventId));
        if (told.Answered is { } answered)
        {
            return answered;
        }

        var row = RowOf(FactKind.Event, told, request, hash, batch.NowMs);
        var customer = Keep(batch, told, request, row);
        return Answer(batch, row, "event", new EventAnswer(request.EventName!, request.EventId, told.IsPending ? null : AnswerOf(customer), request.Metadata));
    }

    internal static SaleCustomer AnswerOf(CustomerRecord customer) => new(
        EntityId.Format(EntityId.Customer, customer.Row.Id), customer.Row.Name, customer.Row.Email, customer.Row.Avatar, customer.Row.ShownId);

    internal static string Json<T>(T answer) => JsonSerializer.Serialize(answer, ApiJson.Options);

    private Told Hear(IntakeBatch batch, TrackRequest request, RequestHash hash, Func<bool, string?> keyOf)
    {
        // :: 1
        var named = request.NamedProgram is { } id ? batch.Programs.ById.GetValueOrDefault(id) : null;
        var isTest = request.TestMode == true || named?.IsTest == true;
        if (batch.Answers.Repeat(keyOf(isTest), hash) is { } answered)
        {
            return Told.Again(answered);
        }

        // What was understood as a test without saying so is the same when it is told again, whoever became known in between.
        if (!isTest && !request.IsLive && batch.Answers.RepeatOfSame(keyOf(true), hash) is { } first)
        {
            return Told.Again(first);
        }

        // :: 2
        var at = OccurredAt.Check(request.OccurredAtMs, "occurredAt", batch.NowMs);
        var touches = evidence.Of(batch, request, at);
        isTest = isTest || TestMode.IsTest(batch, request, touches);
        if (batch.Answers.Repeat(keyOf(isTest), hash) is { } known)
        {
            return Told.Again(known);
        }

        // :: 3
        if (request.NamedProgram is not null && named is null)
        {
            throw ApiError.NotFound($"programId: there is no program {request.ProgramId}.");
        }

        TestMode.RefuseMixed(batch, request, named, touches);
        if (batch.IsFull(isTest, request.CustomerExternalId!))
        {
            throw ApiError.Unprocessable($"customerExternalId: {CustomerRecord.MostConversions} conversions were told of this customer, and no more are taken; check that it is one customer.");
        }

        var contacts = batch.Contacts.Of(request.CustomerEmail, request.CustomerExternalId!, at).Where(contact => isTest || !batch.Programs.Of(contact.ProgramId).IsTest);
        var told = new Told(null, isTest, keyOf(isTest), at, [.. touches, .. contacts], batch.Customer(isTest, request.CustomerExternalId!));
        var isDead = touches.Any(touch => touch is { Method: Method.Click, Refusal: not null });
        return told.IsOfKnown || !isDead ? told : throw ApiError.NotFound("clickId: the link of this click was deleted or is disabled.");
    }

    private ConversionRow RowOf(FactKind kind, Told told, TrackRequest request, RequestHash hash, long nowMs) => new()
    {
        Id = ids.Next(),
        Kind = Names.Of(kind),
        BusinessKey = told.Key,
        EventName = request.EventName!,
        OccurredAt = told.AtMs,
        ReceivedAt = nowMs,
        IsTest = told.IsTest,
        NamedProgramId = request.NamedProgram,
        Metadata = request.Metadata?.ToJsonString(ApiJson.Options),
        RequestHash = hash.Stored,
    };

    // :: 4
    private CustomerRecord Keep(IntakeBatch batch, Told told, TrackRequest request, ConversionRow row)
    {
        var customer = told.Customer ?? batch.Add(CustomerRow.Unknown(ids.Next(), told.IsTest, request.CustomerExternalId!, batch.NowMs));
        row.CustomerId = customer.Row.Id;
        customer.Complete(request);
        batch.Add(customer, new ConversionRecord(row, [.. told.Evidence.Select((touch, i) => TouchRow.Of(row, i, touch))], [], isNew: true));
        batch.Add(row, addresses.Of(request.Address, told.AtMs));
        return customer;
    }

    private static string Answer<T>(IntakeBatch batch, ConversionRow row, string kind, T answer)
    {
        row.Answer = Json(answer);
        batch.Answers.Keep(row.BusinessKey, new FirstAnswer(kind, row.Answer, row.RequestHash, row.CustomerId));
        return row.Answer;
    }
}
