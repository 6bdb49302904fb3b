using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Links;

/// <summary>Links that answer or could, and how often any of them changed: as metrics and as the section <c>links</c> of the figures.</summary>
internal sealed class LinkMetrics : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly Database _database;

    public LinkMetrics(IMeterFactory meters, Database database)
    {
        _database = database;
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("linktracker.links.live", () => Counter(LinkStore.LiveLinks), "{link}", "Links that were not deleted.");
        meter.CreateObservableCounter("linktracker.links.version", () => Counter(LinkStore.Version), "{change}", "Changes of links.");
    }

    public string Name => "links";

    public object Read() => _database.Read(session => new
    {
        live = session.Counter(LinkStore.LiveLinks),
        version = session.Counter(LinkStore.Version),
    });

    private long Counter(string name) => _database.Read(session => session.Counter(name));
}
