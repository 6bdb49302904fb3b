using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Derives everything that follows from what was told of a customer, always from all of it: so the order in which it was told does not
/// matter. For one transaction; the rules and rates are as of it.
/// </summary>
internal sealed class Derivation(Session session, ProgramSet programs, LedgerBooks ledger, ExchangeRateStore rates, WebhookOutbox webhooks, Settings settings)
{
    private ExchangeRates? _rates;

    public ProgramSet Programs => programs;

    /// <summary>Derives the customers, stores them with all that was told of them, and settles what is owed for it.</summary>
    public void Settle(IReadOnlyCollection<CustomerRecord> customers, long nowMs)
    {
        if (customers.Count == 0)
        {
            return;
        }

        var books = ledger.Open(session);
        foreach (var customer in customers)
        {
            books.Settle(Derive(customer), nowMs);
        }

        CustomerRecords.Save(session, customers);
        books.Save();
        TellMoved(customers, nowMs);
    }

    /// <summary>Gives credit, takes refunds from it and converts amounts. What it comes to is what rewards are computed from.</summary>
    public CustomerAccount Derive(CustomerRecord customer)
    {
        // :: 1
        var decisions = Attributor.Decide(customer.ToHistory(), programs).ToDictionary(decision => decision.FactId);

        // :: 2
        foreach (var conversion in customer.Conversions)
        {
            conversion.Derive(decisions[conversion.Row.Id], Exchange);
        }

        // :: 3
        Bind(customer);
        return new CustomerAccount(customer.Row.Id, customer.Row.IsTest, [.. customer.Conversions.Select(conversion => conversion.ToCredited())], customer.IsOtherwise);
    }

    // Shops and others were told who is credited; tests are nobody else's business.
    private void TellMoved(IEnumerable<CustomerRecord> customers, long nowMs)
    {
        var moved = customers.SelectMany(customer => customer.Conversions)
            .Where(conversion => conversion is { HasMovedCredit: true, Row: { IsTest: false, Kind: "lead" or "sale" } })
            .Select(conversion => (conversion.Row.LinkId, Data: CreditEventData.Of(conversion, nowMs))).ToList();
        if (settings.PublishEvents)
        {
            EventOutbox.AddMoved(session, moved, nowMs);
        }

        webhooks.Add(session, moved.ConvertAll(one => new WebhookEvent(WebhookEvent.CreditUpdated, one.Data.Id, one.Data)));
    }

    // The customer is whose first credited conversion it is, and came by the click that was told with the first that had one.
    private static void Bind(CustomerRecord customer)
    {
        var row = customer.Row;
        var before = (row.LinkId, row.PartnerId, row.ClickToken, row.ClickedAt);
        var inOrder = customer.Conversions.OrderBy(conversion => conversion.ToFact()).ToList();
        var first = inOrder.Find(conversion => conversion.Row.LinkId is not null)?.Row;
        var click = inOrder.SelectMany(conversion => conversion.Evidence).FirstOrDefault(touch => touch.ClickToken is not null);
        (row.LinkId, row.PartnerId, row.ClickToken, row.ClickedAt) = (first?.LinkId, first?.PartnerId, click?.ClickToken, click?.OccurredAt);
        customer.IsChanged |= before != (row.LinkId, row.PartnerId, row.ClickToken, row.ClickedAt);
        if (first is not null)
        {
            customer.BecomeKnown();
        }
    }

    private Exchanged? Exchange(ConversionRow row) => row.Currency switch
    {
        null => null,
        var currency when currency == settings.Currency => new Exchanged(row.Amount!.Value, null),
        var currency => (_rates ??= rates.Load(session)).Convert(row.Amount!.Value, currency, settings.Currency, row.OccurredAt),
    };
}
