using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Value;

/// <summary>Whether the totals of referrers and links are the sums of what was credited to them.</summary>
internal sealed class CreditStats(Database database, CreditAudit audit) : IStatsSection
{
    public string Name => "credits";

    public object? Read() => ReadFigures();

    public CreditsFound? ReadFigures() => database.TryRead(audit.Extend);
}
