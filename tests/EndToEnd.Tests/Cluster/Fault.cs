namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>Something that goes wrong, and is right again when it has run.</summary>
internal sealed record Fault(string Name, Func<ClusterRig, SteadyLoad, Task> RunAsync)
{
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    // Longer than an Aggregator's leases last.
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(15);

    /// <summary>A process killed at once and started again, each of the four.</summary>
    public static IEnumerable<Fault> Kills =>
    [
        .. Enumerable.Range(0, 2).Select(i => new Fault($"edge {i} killed", async (rig, load) =>
        {
            load.Expect(i, failures: true);
            await rig.Edges[i].Process.KillAsync();
            await rig.Edges[i].Process.StartAsync();
            load.Expect(i, failures: false);
        })),
        .. AggregatorKills,
    ];

    /// <summary>An Aggregator killed at once and started again, each of the two.</summary>
    public static IEnumerable<Fault> AggregatorKills => Enumerable.Range(0, 2).Select(i => new Fault($"aggregator {i} killed", async (rig, _) =>
    {
        await rig.Aggregators[i].Process.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await rig.Aggregators[i].Process.StartAsync();
    }));

    public static IEnumerable<Fault> Servers =>
    [
        new("broker stopped for 60 s", async (rig, _) =>
        {
            await rig.Kafka.StopAsync();
            await Task.Delay(TimeSpan.FromSeconds(60));
            await rig.Kafka.RestartAsync();
        }),
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
        new("PostgreSQL restarted", async (rig, _) =>
        {
            await rig.Postgres.KillAsync();
            await rig.Postgres.RestartAsync();
        }),
        new("an aggregator frozen past its leases", async (rig, _) =>
        {
            await rig.Aggregators[0].Process.SignalAsync("STOP");
            await Task.Delay(Frozen);
            await rig.Aggregators[0].Process.SignalAsync("CONT");
        }),
    ];

    /// <summary>Each path made slow, reset and cut, one after the other.</summary>
    public static IEnumerable<Fault> Paths => new (string Name, Func<ClusterRig, ToxicProxy> Of)[]
    {
        ("Kafka", rig => rig.KafkaPath), ("Redis", rig => rig.RedisPath), ("PostgreSQL", rig => rig.PostgresPath),
    }.SelectMany(path => new Fault[]
    {
        new($"path to {path.Name} slow", (rig, _) => ForAsync(path.Of(rig), proxy => proxy.DelayAsync(Slow), TimeSpan.FromSeconds(15))),
        new($"path to {path.Name} reset", (rig, _) => ForAsync(path.Of(rig), proxy => proxy.ResetAsync(TimeSpan.FromMilliseconds(500)), TimeSpan.FromSeconds(10))),
        new($"path to {path.Name} cut", (rig, _) => ForAsync(path.Of(rig), proxy => proxy.CutAsync(), Cut)),
    });

    private static async Task ForAsync(ToxicProxy proxy, Func<ToxicProxy, Task> harm, TimeSpan duration)
    {
        await harm(proxy);
        await Task.Delay(duration);
        await proxy.HealAsync();
    }
}
