using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>
/// One partition of the topic of clicks with the stores behind it, and the verbs of counting it. The broker is shared, so every rig has a
/// partition that no other has.
/// </summary>
internal sealed class PartitionRig : IAsyncDisposable
{
    private const int Partitions = 32;
    private static int _used = -1;

    private readonly KafkaSender _sender;
    private readonly KafkaTopics _topics;
    private readonly Settings _settings;
    private readonly ServiceProvider _services;
    private readonly List<ServiceProvider> _others = [];

    private PartitionRig(RedisServer redis, string database, KafkaConnection kafka, Settings settings)
    {
        Redis = redis;
        Database = database;
        _sender = kafka.OpenSender();
        _topics = kafka.OpenTopics();
        _settings = settings;
        _services = Services(settings);
        Link = Enumerable.Range(1, 100_000).First(link => LinkPartition.Of(link, Partitions) == Partition);
        Log = new TestLog(partition: Partition);
    }

    public int Partition { get; } = Interlocked.Increment(ref _used);

    public RedisServer Redis { get; }

    /// <summary>PostgreSQL's connection string.</summary>
    public string Database { get; }

    /// <summary>A link whose clicks travel over this partition.</summary>
    public long Link { get; }

    public TestLog Log { get; }

    public PartitionParts Parts => _services.GetRequiredService<PartitionParts>();

    public IClickCounts Counts => _services.GetRequiredService<IClickCounts>();

    public CountingHealth Health => _services.GetRequiredService<CountingHealth>();

    public T Service<T>() where T : notnull => _services.GetRequiredService<T>();

    public static async Task<PartitionRig> StartAsync(SharedServers servers, TimeSpan? snapshots = null, bool publishEvents = false)
    {
        var broker = await servers.Kafka;
        var database = await (await servers.Postgres).CreateDatabaseAsync();
        Aggregator.Storage.Database.Open(new PostgresEngine(database)).Dispose();
        var redis = await RedisServer.StartAsync(appendOnly: true);
        var settings = new Settings
        {
            KafkaBootstrapServers = broker.BootstrapServers,
            KafkaPartitions = Partitions,
            RedisConfiguration = redis.Configuration,
            PostgresConnection = database,
            SnapshotInterval = snapshots ?? TimeSpan.FromMilliseconds(200),
            PublishEvents = publishEvents,
        };
        var rig = new PartitionRig(redis, database, new KafkaConnection(broker.BootstrapServers, NullLoggerFactory.Instance), settings);
        await ClicksTopic.EnsureAsync(rig._topics, Partitions);
        return rig;
    }

    /// <summary>Adds clicks of different visitors to the log, and sends them as one slice.</summary>
    public Task ClickAsync(int clicks, int slices = 1) => SendAsync([.. Enumerable.Range(0, slices).Select(_ => Slice(clicks / slices))]);

    /// <summary>Clicks that are in the log and were not sent.</summary>
    public ClickSlice Slice(int clicks)
    {
        var first = Log.Count;
        Log.Add([.. Enumerable.Range(first, clicks).Select(i => new TestClick { Link = Link, Visitor = (ulong)i + 1 })]);

        // The chain of a partition begins at the very front of the log.
        var slice = Log.Slice(first, Log.Count);
        return first == 0 ? slice with { From = 0, Previous = 0 } : slice;
    }

    public Task SendAsync(params IEnumerable<ClickSlice> slices) => SendAsync(slices.Select(SliceCodec.Write));

    public async Task SendAsync(IEnumerable<byte[]> records)
    {
        foreach (var record in records)
        {
            var done = new TaskCompletionSource<SendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            Assert.True(_sender.TrySend(ClicksTopic.Name, Partition, null, record, done.SetResult));
            Assert.Null((await done.Task.WaitAsync(Eventually.Limit)).Failure);
        }
    }

    public PartitionWorker Work(long fence) => PartitionWorker.Start(new PartitionLease(Partition, fence), Parts, Health);

    /// <summary>As <see cref="Work"/>, in an Aggregator that no broker answers.</summary>
    public PartitionWorker WorkWithoutKafka(long fence)
    {
        var services = Another(settings => settings with { KafkaBootstrapServers = $"127.0.0.1:{FreePort.Next()}" });
        return PartitionWorker.Start(new PartitionLease(Partition, fence), services.GetRequiredService<PartitionParts>(), Health);
    }

    /// <summary>All partitions as an Aggregator shares them with others; another one at every call.</summary>
    public CountingPartitions Share() =>
        Another(settings => settings).GetRequiredService<IEnumerable<IHostedService>>().OfType<CountingPartitions>().Single();

    /// <summary>Waits until reports show so many clicks, of every kind, on the link.</summary>
    public Task CountedAsync(long raw) => Eventually.HoldsAsync($"{raw} clicks are in the reports", Eventually.Limit, () =>
    {
        try
        {
            return Task.FromResult(Raw() == raw);
        }
        catch (CountsException)
        {
            // The counts are being made again.
            return Task.FromResult(false);
        }
    });

    /// <summary>Waits until PostgreSQL has so many single clicks of the link.</summary>
    public Task StoredAsync(int clicks) =>
        Eventually.HoldsAsync($"{clicks} clicks are in the snapshot", Eventually.Limit, () => Task.FromResult(Tokens().Count == clicks));

    public long Raw() => Counts.Rollup(new RollupQuery { Links = [Link], FromHour = 0, ToHour = 10_000_000 }).Sum(row => row.Tally.Raw);

    /// <summary>Every single click of the link that is stored, as the number it has in the log.</summary>
    public List<ulong> Tokens()
    {
        var tokens = new List<ulong>();
        Counts.Scan(new ClickScan { FromMs = 0, ToMs = long.MaxValue, Links = new HashSet<long> { Link } }, (in StoredClick click) => tokens.Add((ulong)click.Record.Token.Sealed));
        return tokens;
    }

    public IReadOnlyList<QuarantinedRange> Quarantine() => [.. Counts.Quarantine(100, 0).Reverse().Select(entry => entry.Range)];

    /// <summary>What both stores say is the same, adds up, and is so many clicks, each once.</summary>
    public void HasCounted(int clicks)
    {
        Assert.Equal(Enumerable.Range(1, clicks).Select(i => (ulong)i), Tokens().Order());
        Assert.Equal(clicks, Raw());
        var (hot, snapshot) = (Parts.Counts.Read(Partition)!, Parts.Snapshot.Read(Partition)!);
        Assert.Equal(snapshot.Position, hot.Position);
        Assert.True(hot.HasSameLogs(snapshot));
        Assert.All(hot.Logs.Values, log => Assert.Equal(log.Consumed, log.Applied + log.DuplicateSkipped + log.Quarantined));
    }

    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        _topics.Dispose();
        foreach (var services in _others.Append(_services))
        {
            await services.DisposeAsync();
        }

        await Redis.DisposeAsync();
    }

    private ServiceProvider Another(Func<Settings, Settings> change)
    {
        _others.Add(Services(change(_settings)));
        return _others[^1];
    }

    private static ServiceProvider Services(Settings settings) => new ServiceCollection()
        .AddLogging()
        .AddMetrics()
        .AddSingleton(settings)
        .AddSingleton(TimeProvider.System)
        .AddSingleton(new Installation("ws_1", EntityId.Format(EntityId.Program, 1)))
        .AddKafka(settings.KafkaBootstrapServers!)
        .AddEvents(settings)
        .AddCounting(settings)
        .BuildServiceProvider();
}
