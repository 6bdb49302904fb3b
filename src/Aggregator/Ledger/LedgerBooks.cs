using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Opens the books for whoever has a writer's transaction.</summary>
internal sealed class LedgerBooks(ProgramStore programs, ExchangeRateStore rates, WebhookOutbox webhooks, EntityId ids)
{
    public Books Open(Session session) => new(new SessionLedger(session, rates, webhooks), programs.Load(session), ids);

    /// <summary>Which rewards conversions give the partner by the rules and rates of now, and for which of these order keys a person gave it one.</summary>
    public (RewardPlan Plan, IReadOnlySet<(long Program, string OrderKey)> Made) Plan(Session session, long partner, IReadOnlyCollection<string> orderKeys)
    {
        var store = new SessionLedger(session, rates, webhooks);
        var made = store.MadeFor(orderKeys).Value.Where(row => row.PartnerId == partner).Select(row => (row.ProgramId, row.OrderKey)).ToHashSet();
        return (new RewardPlan(programs.Load(session), store.GroupsOf([partner]), store.Rates), made);
    }
}
