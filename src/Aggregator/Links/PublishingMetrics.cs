using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Links;

/// <summary>How far the topic of links is behind the database: as metrics and as the section <c>linksTopic</c> of the figures.</summary>
internal sealed class PublishingMetrics : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly Database _database;
    private readonly LinkPublisher _publisher;

    public PublishingMetrics(IMeterFactory meters, Database database, LinkPublisher publisher, TimeProvider clock)
    {
        (_database, _publisher) = (database, publisher);
        var collected = new CollectedFigures<Versions>(ReadVersions, clock);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("linktracker.links.publisher", () => publisher.IsHolder ? 1 : 0, null, "1 in the process that publishes links.");
        meter.CreateObservableGauge("linktracker.links.published", () => Measure(versions => versions.Published), "{change}", "The newest change that Edges can see.");
        meter.CreateObservableGauge("linktracker.links.newest", () => Measure(versions => versions.Newest), "{change}", "The newest change.");
        meter.CreateObservableGauge("linktracker.links.publish_lag", () => Measure(versions => versions.Lag), "{change}", "Changes that Edges cannot see yet.");

        IEnumerable<Measurement<long>> Measure(Func<Versions, long> figure) =>
            collected.Measure(versions => new[] { new Measurement<long>(figure(versions)) });
    }

    public string Name => "linksTopic";

    public object? Read() => ReadVersions() is not { } versions ? null : new
    {
        publisher = _publisher.IsHolder,
        published = versions.Published,
        newest = versions.Newest,
        lag = versions.Lag,
    };

    private Versions? ReadVersions() => _database.TryRead(session => new Versions(session.Counter(LinkEdition.PublishedCounter), session.Counter(LinkStore.Version)));

    private sealed record Versions(long Published, long Newest)
    {
        public long Lag => Newest - Published;
    }
}
