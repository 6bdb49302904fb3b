namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>Something that goes wrong, and is right again when it has run.</summary>
internal sealed record Fault(string Name, Func<ClusterRig, SteadyLoad, Task> RunAsync)
{
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortCut = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    // Longer than an Aggregator's leases last.
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(15);

    private static readonly (string Name, Func<ClusterRig, ToxicProxy> Of)[] AllPaths =
    [
        ("Kafka", rig => rig.KafkaPath), ("Redis", rig => rig.RedisPath), ("PostgreSQL", rig => rig.PostgresPath),
    ];

    /// <summary>A process killed at once and started again, each of the four.</summary>
    public static IEnumerable<Fault> Kills => [.. Enumerable.Range(0, 2).Select(EdgeKill), .. AggregatorKills];

    /// <summary>An Aggregator killed at once and started again, each of the two.</summary>
    public static IEnumerable<Fault> AggregatorKills => Enumerable.Range(0, 2).Select(i => new Fault($"aggregator {i} killed", async (rig, _) =>
    {
        await rig.Aggregators[i].Process.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await rig.Aggregators[i].Process.StartAsync();
    }));

    /// <summary>Kafka away for as long as the requirement names.</summary>
    public static Fault BrokerOutage { get; } = new("broker stopped for 60 s", async (rig, _) =>
    {
        await rig.Kafka.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(60));
        await rig.Kafka.RestartAsync();
    });

    /// <summary>Each server killed or emptied, and back at once.</summary>
    public static IEnumerable<Fault> ServerKills =>
    [
        new("broker killed", async (rig, _) =>
        {
            await rig.Kafka.KillAsync();
            await rig.Kafka.RestartAsync();
        }),
        new("Redis killed, and empty when it is back", async (rig, _) =>
        {
            await rig.Redis.KillAsync();
            await rig.Redis.RestartAsync();
            await rig.Redis.AskAsync("flushall");
        }),
        new("Redis flushed", (rig, _) => rig.Redis.AskAsync("flushall")),
        new("PostgreSQL killed", async (rig, _) =>
        {
            await rig.Postgres.KillAsync();
            await rig.Postgres.RestartAsync();
        }),
    ];

    /// <summary>Each path made slow, reset and cut, one after the other.</summary>
    public static IEnumerable<Fault> Paths => AllPaths.SelectMany(path => new Fault[]
    {
        new($"path to {path.Name} slow", (rig, _) => ForAsync(path.Of(rig), proxy => proxy.DelayAsync(Slow), TimeSpan.FromSeconds(15))),
        new($"path to {path.Name} reset", (rig, _) => ForAsync(path.Of(rig), proxy => proxy.ResetAsync(TimeSpan.FromMilliseconds(500)), TimeSpan.FromSeconds(10))),
        new($"path to {path.Name} cut", (rig, _) => ForAsync(path.Of(rig), proxy => proxy.CutAsync(), Cut)),
    });

    /// <summary>Each path cut for some seconds, and an Edge killed and started again meanwhile.</summary>
    public static IEnumerable<Fault> EdgeKillsBehindCuts => AllPaths.Select((path, i) =>
    {
        var kill = EdgeKill(i % 2);
        return new Fault($"path to {path.Name} cut for {ShortCut.TotalSeconds} s and {kill.Name}", (rig, load) =>
            Task.WhenAll(ForAsync(path.Of(rig), proxy => proxy.CutAsync(), ShortCut), kill.RunAsync(rig, load)));
    });

    /// <summary>An Aggregator that stands still until others have its partitions, and then goes on.</summary>
    public static Fault Freeze(int aggregator) => new($"aggregator {aggregator} frozen past its leases", async (rig, _) =>
    {
        await rig.Aggregators[aggregator].Process.SignalAsync("STOP");
        await Task.Delay(Frozen);
        await rig.Aggregators[aggregator].Process.SignalAsync("CONT");
    });

    private static Fault EdgeKill(int edge) => new($"edge {edge} killed", async (rig, load) =>
    {
        load.Expect(edge, failures: true);
        await rig.Edges[edge].Process.KillAsync();
        await rig.Edges[edge].Process.StartAsync();
        load.Expect(edge, failures: false);
    });

    private static async Task ForAsync(ToxicProxy proxy, Func<ToxicProxy, Task> harm, TimeSpan duration)
    {
        await harm(proxy);
        await Task.Delay(duration);
        await proxy.HealAsync();
    }
}
