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

    public PublishingMetrics(IMeterFactory meters, Database database, LinkPublisher publisher)
    {
        (_database, _publisher) = (database, publisher);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("linktracker.links.publisher", () => publisher.IsHolder ? 1 : 0, null, "1 in the process that publishes links.");
        meter.CreateObservableGauge("linktracker.links.published", () => Versions().Published, "{change}", "The newest change that Edges can see.");
        meter.CreateObservableGauge("linktracker.links.newest", () => Versions().Newest, "{change}", "The newest change.");
        meter.CreateObservableGauge("linktracker.links.publish_lag", () => Versions().Lag, "{change}", "Changes that Edges cannot see yet.");
    }

    public string Name => "linksTopic";

    public object Read()
    {
        var versions = Versions();
        return new
        {
            publisher = _publisher.IsHolder,
            published = versions.Published,
            newest = versions.Newest,
            lag = versions.Lag,
        };
    }

    private (long Published, long Newest, long Lag) Versions() => _database.Read(session =>
    {
        var (published, newest) = (session.Counter(LinkEdition.PublishedCounter), session.Counter(LinkStore.Version));
        return (published, newest, newest - published);
    });
}
