using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Opens the books for whoever has a writer's transaction.</summary>
internal sealed class LedgerBooks(ProgramStore programs, ExchangeRateStore rates, WebhookOutbox webhooks, EntityId ids)
{
    public Books Open(Session session) => new(new SessionLedger(session, rates, webhooks), programs.Load(session), ids);
}
