using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
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
}
