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

    /// <summary>What the books are kept in, for whoever only reads.</summary>
    public SessionLedger StoreOf(Session session, ProgramSet all) => new(session, all, rates, webhooks);

    /// <summary>Which rewards conversions give the partner by the rules and rates of now, and for which of these order keys a person gave it one.</summary>
    public (RewardPlan Plan, IReadOnlySet<(long Program, string OrderKey)> Made) Plan(Session session, long partner, IReadOnlyCollection<string> orderKeys)
    {
        var all = programs.Load(session);
        var store = StoreOf(session, all);
        var made = store.MadeFor(orderKeys).Value.Where(row => row.PartnerId == partner).Select(row => (row.ProgramId, row.OrderKey)).ToHashSet();
        return (new RewardPlan(all, store.GroupsOf([partner]), store.Rates), made);
    }
}
