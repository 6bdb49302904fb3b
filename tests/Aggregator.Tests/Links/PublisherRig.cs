using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Storage;
using LinkTracker.Contracts.Links;
using LinkTracker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Links;

/// <summary>A PostgreSQL database with links, an empty topic of links on a broker, and publishers as several processes have them.</summary>
internal sealed class PublisherRig : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly KafkaBroker _broker;
    private readonly TestDatabase _store;
    private readonly List<LinkPublisher> _publishers = [];

    private PublisherRig(KafkaBroker broker, string server)
    {
        (_broker, Server) = (broker, server);
        _store = new TestDatabase(server);
        Kafka = new KafkaConnection(broker.BootstrapServers, NullLoggerFactory.Instance);
        Installation = Installation.Open(Database, Ids);
    }

    public string Server { get; }

    public Database Database => _store.Database;

    public KafkaConnection Kafka { get; }

    public EntityId Ids { get; } = new(TimeProvider.System);

    private Installation Installation { get; }

    public static async Task<PublisherRig> StartAsync(KafkaBroker broker)
    {
        var rig = new PublisherRig(broker, await PostgresDatabases.CreateAsync());
        await rig.MakesTopicAnewAsync();
        return rig;
    }

    /// <summary>As another process: its own connections, and no signal from here.</summary>
    public async Task<LinkPublisher> StartPublisherAsync()
    {
        var source = new DatabaseLinkSource(Database, new LinkSignal(), Installation, TimeProvider.System, TimeSpan.FromMilliseconds(50));
        var publisher = new LinkPublisher(Kafka, Database, source, Ids, TimeProvider.System, NullLogger<LinkPublisher>.Instance);
        _publishers.Add(publisher);
        await publisher.StartAsync(CancellationToken.None);
        return publisher;
    }

    public Task<LinkPublication> OpenAsync() => LinkPublication.OpenAsync(Kafka, Database, Ids, TimeProvider.System, CancellationToken.None);

    public async Task MakesTopicAnewAsync()
    {
        using var topics = Kafka.OpenTopics();
        await topics.EnsureAsync(LinksTopic.Topic);
        await _broker.DeleteTopicAsync(LinksTopic.Name);
        await topics.EnsureAsync(LinksTopic.Topic);
    }

    /// <summary>A place that has changed, as every change of a link leaves one behind.</summary>
    public LinkChange Changes(string key) => Database.Write(session =>
    {
        var version = session.Add(LinkStore.Version, 1);
        session.Execute(
            """
            INSERT INTO link_places (domain, key, link_id, version) VALUES ('go.example.com', @key, NULL, @version)
            ON CONFLICT (domain, key) DO UPDATE SET version = @version
            """,
            new { key, version });
        return new LinkChange(version, "go.example.com", key, null);
    });

    public LinkEdition Edition() => Database.Read(LinkEdition.Read);

    public Task UntilPublishedAsync() => Eventually.HoldsAsync("everything is published", Limit, () => Task.FromResult(
        Database.Read(session => session.Counter(LinkStore.Version) == session.Counter(LinkEdition.PublishedCounter))));

    /// <summary>All that readers of the topic can see now.</summary>
    public List<LinkMessage> Messages()
    {
        var messages = new List<LinkMessage>();
        using var reader = Kafka.OpenReader(LinksTopic.Name, LinksTopic.Partition, 0);
        while (!reader.IsAtEnd)
        {
            if (reader.Read(Limit) is { } record)
            {
                Assert.True(LinkChangeCodec.TryDecode(record.Key, record.Value, out var message, out var reason), reason);
                messages.Add(message);
            }
        }

        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var publisher in _publishers)
        {
            await publisher.StopAsync(CancellationToken.None);
            publisher.Dispose();
        }

        _store.Dispose();
        await PostgresDatabases.DropAsync([Server]);
    }
}
