using System.Security.Cryptography;

namespace LinkTracker.Servers;

/// <summary>
/// The product as a process, with its store on either engine: a Standalone on SQLite, or an Aggregator on PostgreSQL, with the
/// Kafka and the Redis that it needs. Both programs must stand beside the caller's.
/// </summary>
public sealed class RunningProduct : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-product-");
    private readonly List<(string Name, int ProcessId)> _processes = [];
    private readonly List<IAsyncDisposable> _running = [];

    private RunningProduct()
    {
    }

    public Uri Api { get; } = LocalUrl();

    public string AdminKey { get; } = RandomNumberGenerator.GetHexString(32);

    /// <summary>Of the installation: who has it can mint the tokens of clicks.</summary>
    public byte[] Secret { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>The product itself, which may be killed and started again.</summary>
    public ServiceProcess Service { get; private set; } = null!;

    /// <summary>Null on SQLite.</summary>
    public PostgresServer? Postgres { get; private set; }

    /// <summary>The product itself comes first.</summary>
    public IReadOnlyList<(string Name, int ProcessId)> Processes => _processes;

    /// <summary>Starts it with an empty store, and waits until it is ready.</summary>
    /// <param name="isDurable">Whether each commit of PostgreSQL waits for the disk; SQLite always does.</param>
    /// <param name="settings">More settings, or others than here.</param>
    public static async Task<RunningProduct> StartAsync(Engine engine, bool isDurable = false, params IEnumerable<(string Name, string Value)> settings)
    {
        var product = new RunningProduct();
        try
        {
            await product.StartAsync(engine is Engine.Sqlite ? [] : await product.StartServersAsync(isDurable), settings);
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the product before the servers that it writes to.</summary>
    public async ValueTask DisposeAsync()
    {
        _running.Reverse();
        foreach (var process in _running)
        {
            await process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<(string Name, string Value)[]> StartServersAsync(bool isDurable)
    {
        Postgres = Started(await PostgresServer.StartAsync(isDurable));
        _processes.Add(("PostgreSQL", Postgres.ProcessId));
        var redis = Started(await RedisServer.StartAsync());
        _processes.Add(("Redis", redis.ProcessId));
        var kafka = Started(await KafkaBroker.StartAsync());
        _processes.Add(("Kafka", kafka.ProcessId));
        return
        [
            ("ConnectionStrings__Postgres", await Postgres.CreateDatabaseAsync()),
            ("Redis__Configuration", redis.Configuration),
            ("Kafka__BootstrapServers", kafka.BootstrapServers),
        ];
    }

    private async Task StartAsync((string Name, string Value)[] servers, IEnumerable<(string Name, string Value)> settings)
    {
        var edge = LocalUrl().ToString().TrimEnd('/');
        var all = new Dictionary<string, string>
        {
            ["LinkTracker__Data"] = _folder.FullName,
            ["LinkTracker__AdminKey"] = AdminKey,
            ["LinkTracker__Secret"] = Convert.ToBase64String(Secret),
            ["LinkTracker__ShortUrl"] = edge,
            ["Edge__Url"] = edge,
            ["Aggregator__Url"] = Api.ToString().TrimEnd('/'),
        };
        foreach (var (name, value) in servers.Concat(settings))
        {
            all[name] = value;
        }

        Service = Started(new ServiceProcess(servers.Length == 0 ? "LinkTracker.Standalone.dll" : "LinkTracker.Aggregator.dll", all, Api));
        await Service.StartAsync();
        _processes.Insert(0, ("LinkTracker", Service.Id));
    }

    private T Started<T>(T process)
        where T : IAsyncDisposable
    {
        _running.Add(process);
        return process;
    }

    private static Uri LocalUrl() => new($"http://127.0.0.1:{FreePort.Next()}");
}
