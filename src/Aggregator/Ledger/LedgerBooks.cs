using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Opens the books for whoever has a writer's transaction.</summary>
internal sealed class LedgerBooks(ProgramStore programs, ExchangeRateStore rates, WebhookOutbox webhooks, EntityId ids)
{
    public Books Open(Session session)
    {
        var all = programs.Load(session);
        return new Books(StoreOf(session, all), all, ids);
    }

    private SessionLedger StoreOf(Session session, ProgramSet all) => new(session, all, rates, webhooks);

    /// <summary>Which rewards conversions of these customers give the partners by the rules and rates of now, and what a person gave in their place.</summary>
    /// <param name="sales">Business keys.</param>
    public (RewardPlan Plan, MadeByHand Made) Plan(Session session, IReadOnlyCollection<long> partners, IReadOnlyCollection<long> customers, IReadOnlyCollection<string> sales)
    {
        var all = programs.Load(session);
        var store = StoreOf(session, all);
        var (ofCustomers, ofInvoices) = (store.OfCustomers(customers), store.MadeFor(sales));
        return (new RewardPlan(all, store.GroupsOf(partners), store.Rates), new MadeByHand(ofCustomers.Value, ofInvoices.Value));
    }
}
