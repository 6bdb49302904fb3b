using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>The topic of links as an Aggregator publishes it, and an Edge's data folder.</summary>
internal sealed class KafkaLinksRig : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kafka-links-");
    private readonly KafkaSender _sender;
    private long _version;

    public KafkaLinksRig(int port)
    {
        Kafka = new KafkaConnection($"127.0.0.1:{port}", NullLoggerFactory.Instance);
        _sender = Kafka.OpenSender(LinksTopic.TransactionalId);
        Settings = new Settings { Data = _folder.FullName, ShortUrl = new Uri("http://" + TableProbe.Domain) };
    }

    public KafkaConnection Kafka { get; }

    public Settings Settings { get; }

    /// <summary>An empty topic, whatever was in it.</summary>
    public static async Task<KafkaLinksRig> StartAsync(KafkaBroker broker)
    {
        var rig = new KafkaLinksRig(broker.Port);
        using (var topics = rig.Kafka.OpenTopics())
        {
            await topics.EnsureAsync(LinksTopic.Topic);
        }

        await rig.MakesTopicAnewAsync(broker);
        rig._sender.InitTransactions(Limit);
        return rig;
    }

    public async Task MakesTopicAnewAsync(KafkaBroker broker)
    {
        await broker.DeleteTopicAsync(LinksTopic.Name);
        using var topics = Kafka.OpenTopics();
        await topics.EnsureAsync(LinksTopic.Topic);
    }

    public void Puts(long edition, string key, string url = "https://shop.example.com/", bool disabled = false) => Sends(new LinkMessage(
        edition,
        new LinkChange(++_version, TableProbe.Domain, key, new LinkState { Id = 1, Domain = TableProbe.Domain, Key = key, Url = url, Disabled = disabled })));

    /// <summary>Many megabytes that no compression makes small, in one transaction; more than a reader keeps ahead.</summary>
    public void PutsMany(long edition, int links)
    {
        _sender.BeginTransaction();
        foreach (var i in Enumerable.Range(0, links))
        {
            var url = "https://shop.example.com/" + RandomNumberGenerator.GetHexString(16_000);
            var change = new LinkChange(++_version, TableProbe.Domain, $"many-{i}", new LinkState { Id = 1, Domain = TableProbe.Domain, Key = $"many-{i}", Url = url });
            HandsOver(LinkChangeCodec.EncodeKey(new LinkMessage(edition, change)), LinkChangeCodec.EncodeValue(new LinkMessage(edition, change)));
        }

        _sender.CommitTransaction(Limit);
    }

    public void Deletes(long edition, string key) => Sends(new LinkMessage(edition, new LinkChange(++_version, TableProbe.Domain, key, null)));

    public void EndsEdition(long edition) => Sends(LinkMessage.Whole(edition, _version));

    public void Sends(string key, string value) => Sends(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    public void Dispose()
    {
        _sender.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Sends(LinkMessage message) => Sends(LinkChangeCodec.EncodeKey(message), LinkChangeCodec.EncodeValue(message));

    private void Sends(byte[] key, byte[] value)
    {
        _sender.BeginTransaction();
        HandsOver(key, value);
        _sender.CommitTransaction(Limit);
    }

    private void HandsOver(byte[] key, byte[] value)
    {
        while (!_sender.TrySend(LinksTopic.Name, LinksTopic.Partition, key, value, outcome => Assert.Null(outcome.Failure)))
        {
            Assert.True(_sender.TryFlush(Limit));
        }
    }
}

/// <summary>What an Edge does with links, over the topic: its table, feed, snapshots and health.</summary>
internal sealed class KafkaEdge : IAsyncDisposable
{
    private readonly TableProbe _links = new();
    private readonly LinkSnapshots _snapshots;
    private readonly LinkFeed _feed;

    public KafkaEdge(KafkaLinksRig rig)
    {
        Source = new KafkaLinkSource(rig.Kafka, Supply, TimeProvider.System, NullLogger<KafkaLinkSource>.Instance);
        _snapshots = new LinkSnapshots(Source, Table, rig.Settings, TimeProvider.System, NullLogger<LinkSnapshots>.Instance);
        _feed = new LinkFeed(Source, Table, _snapshots, TimeProvider.System, NullLogger<LinkFeed>.Instance);
    }

    public LinkSupply Supply { get; } = new();

    public KafkaLinkSource Source { get; }

    public LinkTable Table => _links.Table;

    public static async Task<KafkaEdge> StartAsync(KafkaLinksRig rig)
    {
        var edge = new KafkaEdge(rig);
        await edge._feed.StartAsync(CancellationToken.None);
        return edge;
    }

    public string? Find(string key) => _links.Find(key);

    public async Task<HealthStatus> HealthAsync() => (await new LinkHealth(Table, Supply).CheckHealthAsync(new HealthCheckContext())).Status;

    public Task LoadsAsync() => Table.Loaded.WaitAsync(KafkaLinksRig.Limit);

    public Task UntilAsync(string fact, Func<bool> holds) => Eventually.HoldsAsync(fact, KafkaLinksRig.Limit, () => Task.FromResult(holds()));

    /// <summary>As a process that is asked to: it leaves a snapshot behind.</summary>
    public async Task StopAsync()
    {
        await _feed.StopAsync(CancellationToken.None);
        await _snapshots.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _feed.StopAsync(CancellationToken.None);
        _feed.Dispose();
        _snapshots.Dispose();
        _links.Dispose();
    }
}
