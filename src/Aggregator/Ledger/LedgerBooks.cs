using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Opens the books for whoever has a writer's transaction.</summary>
internal sealed class LedgerBooks(ProgramStore programs, EntityId ids, Settings settings)
{
    public Books Open(Session session) => Books.Open(session, programs.Load(session), ids, settings.Currency);
}
