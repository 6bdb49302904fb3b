using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Links;

/// <summary>Links that answer or could, and how often any of them changed.</summary>
internal sealed class LinkStats(Database database) : IStatsSection
{
    public string Name => "links";

    public object Read() => database.Read(session => new
    {
        live = session.Counter(LinkStore.LiveLinks),
        version = session.Counter(LinkStore.Version),
    });
}
