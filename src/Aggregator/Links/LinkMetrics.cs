using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Links;

/// <summary>Links that answer or could, and how often any of them changed: as metrics and as the section <c>links</c> of the figures.</summary>
internal sealed class LinkMetrics : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly Database _database;

    public LinkMetrics(IMeterFactory meters, Database database, TimeProvider clock)
    {
        _database = database;
        var collected = new CollectedFigures<LinkFigures>(ReadFigures, clock);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("linktracker.links.live", () => Measure(figures => figures.Live), "{link}", "Links that were not deleted.");
        meter.CreateObservableCounter("linktracker.links.version", () => Measure(figures => figures.Version), "{change}", "Changes of links.");

        IEnumerable<Measurement<long>> Measure(Func<LinkFigures, long> figure) =>
            collected.Measure(figures => new[] { new Measurement<long>(figure(figures)) });
    }

    public string Name => "links";

    public object? Read() => ReadFigures();

    private LinkFigures? ReadFigures() => _database.TryRead(session => new LinkFigures(session.Counter(LinkStore.LiveLinks), session.Counter(LinkStore.Version)));

    private sealed record LinkFigures(long Live, long Version);
}
