using System.Net;
using System.Security.Cryptography;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>
/// A cluster on one machine: Kafka, Redis and PostgreSQL, each reached through a proxy that can fail, two Edges and two Aggregators, all as
/// processes of their own.
/// </summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    public const string AdminKey = "end-to-end-tests-admin-key";

    // Fewer than by default, so that a run has them all at work.
    private const int Partitions = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-cluster-");
    private readonly List<IAsyncDisposable> _running = [];
    private readonly (string Name, string Value)[] _more;
    private string _database = "";
    private readonly string _secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private ClusterRig((string Name, string Value)[] more) => _more = more;

    public KafkaBroker Kafka { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    public PostgresServer Postgres { get; private set; } = null!;

    public ToxicProxy KafkaPath { get; private set; } = null!;

    public ToxicProxy RedisPath { get; private set; } = null!;

    public ToxicProxy PostgresPath { get; private set; } = null!;

    public IReadOnlyList<ClusterEdge> Edges { get; private set; } = [];

    public IReadOnlyList<ClusterAggregator> Aggregators { get; private set; } = [];

    /// <summary>Starts all of it on empty data, and waits until every process is ready.</summary>
    /// <param name="more">Settings for all processes.</param>
    public static async Task<ClusterRig> StartAsync(params (string Name, string Value)[] more)
    {
        var rig = new ClusterRig(more);
        try
        {
            await rig.StartServersAsync();
            await rig.StartProcessesAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>What every process has to say, for the message of a failed test.</summary>
    public string Output => string.Join('\n', Edges.Select(edge => edge.Process.Output).Concat(Aggregators.Select(aggregator => aggregator.Process.Output)));

    /// <summary>Waits until each Edge answers for so many links.</summary>
    public Task UntilLinksAreKnownAsync(int count) => Eventually.HoldsAsync("every Edge knows every link", Eventually.Limit, async () =>
        (await Task.WhenAll(Edges.Select(edge => edge.FiguresAsync("redirects")))).All(figures => (long)figures["links"]! == count));

    /// <summary>Waits until each Edge answers for the key with this status, and a target that fits.</summary>
    /// <inheritdoc cref="EdgeAnswers.UntilAsync"/>
    public Task<TimeSpan> UntilRedirectsAsync(string key, HttpStatusCode status, Func<Uri?, bool>? target = null) =>
        EdgeAnswers.UntilAsync(Edges.Select(edge => edge.Url), key, status, target);

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_running))
        {
            await part.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task StartServersAsync()
    {
        var toxiproxy = Own(await Toxiproxy.StartAsync());
        var kafkaPort = FreePort.Next();
        Kafka = Own(await KafkaBroker.StartAsync(kafkaPort));
        Redis = Own(await RedisServer.StartAsync(appendOnly: true));
        Postgres = Own(await PostgresServer.StartAsync());
        KafkaPath = await toxiproxy.CreateProxyAsync(Kafka.PortBehindProxy, kafkaPort);
        RedisPath = await toxiproxy.CreateProxyAsync(Redis.Port);
        PostgresPath = await toxiproxy.CreateProxyAsync(Postgres.Port);
        _database = (await Postgres.CreateDatabaseAsync()).Replace($"Port={Postgres.Port}", $"Port={PostgresPath.Port}", StringComparison.Ordinal);
    }

    private async Task StartProcessesAsync()
    {
        var shortUrl = "https://go.example.com";
        Aggregators = [.. Enumerable.Range(0, 2).Select(i => Own(new ClusterAggregator(Settings($"aggregator-{i}", shortUrl))))];
        Edges = [.. Enumerable.Range(0, 2).Select(i => Own(new ClusterEdge(Settings($"edge-{i}", shortUrl))))];
        await Task.WhenAll([.. Aggregators.Select(aggregator => aggregator.Process.StartAsync()), .. Edges.Select(edge => edge.Process.StartAsync())]);
    }

    private Dictionary<string, string> Settings(string name, string shortUrl)
    {
        var settings = new Dictionary<string, string>
        {
            ["LinkTracker__Data"] = Path.Combine(_folder.FullName, name),
            ["LinkTracker__AdminKey"] = AdminKey,
            ["LinkTracker__Secret"] = _secret,
            ["LinkTracker__ShortUrl"] = shortUrl,
            ["Edge__Url"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Edge__AdminUrl"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Aggregator__Url"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Aggregator__SnapshotSeconds"] = "2",
            ["Kafka__BootstrapServers"] = KafkaPath.Address,
            ["Kafka__Partitions"] = $"{Partitions}",
            ["Redis__Configuration"] = RedisPath.Address,
            ["ConnectionStrings__Postgres"] = _database,
        };
        foreach (var (setting, value) in _more)
        {
            settings[setting] = value;
        }

        return settings;
    }

    private T Own<T>(T part) where T : IAsyncDisposable
    {
        _running.Add(part);
        return part;
    }
}
