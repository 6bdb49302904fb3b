namespace LinkTracker.Servers;

/// <summary>A Redis Cluster of three masters, each with a replica or not.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Masters = 3;

    private RedisCluster(IReadOnlyList<RedisServer> nodes) => Nodes = nodes;

    /// <summary>All of them, dead ones too.</summary>
    public IReadOnlyList<RedisServer> Nodes { get; }

    /// <summary>Every node's host and port, as clients take it.</summary>
    public string Configuration => string.Join(',', Nodes.Select(node => node.Configuration));

    /// <param name="replicas">Whether each master has one that takes its place when it is gone for two seconds.</param>
    public static async Task<RedisCluster> StartAsync(bool replicas = false)
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, replicas ? 2 * Masters : Masters).Select(_ => StartNodeAsync()));
        var cluster = new RedisCluster(nodes);
        try
        {
            await Command.RunAsync("redis-cli",
                ["--cluster", "create", .. nodes.Select(node => node.Configuration), "--cluster-replicas", replicas ? "1" : "0", "--cluster-yes"]);
            await cluster.UntilHealthyAsync();
            await Task.WhenAll(nodes.Where((_, i) => replicas && i < Masters).Select(cluster.UntilReplicatedAsync));
            return cluster;
        }
        catch (Exception failed) when (failed is TimeoutException or InvalidOperationException)
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The running master that holds a key's slot, by what a running node says.</summary>
    /// <exception cref="InvalidOperationException">None of them runs.</exception>
    public async Task<RedisServer> MasterOfAsync(string key)
    {
        var asked = Nodes.First(node => node.IsRunning);
        var slot = int.Parse(await asked.AskAsync("cluster", "keyslot", key), System.Globalization.CultureInfo.InvariantCulture);
        foreach (var line in (await asked.AskAsync("cluster", "nodes")).Split('\n'))
        {
            // id, address, flags, master, ping, pong, epoch, state, slots: https://redis.io/commands/cluster-nodes
            var fields = line.Split(' ');
            var node = Nodes.Single(node => fields[1].StartsWith($"{node.Configuration}@", StringComparison.Ordinal));
            if (node.IsRunning && fields[2].Contains("master", StringComparison.Ordinal) && fields[8..].Any(range => Holds(range, slot)))
            {
                return node;
            }
        }

        throw new InvalidOperationException($"no running master holds slot {slot}");
    }

    /// <summary>Waits until every running node sees all slots served and every running replica has its master's data.</summary>
    public Task UntilHealthyAsync() => Eventually.HoldsAsync("the Redis Cluster is healthy", Eventually.Limit, async () =>
    {
        var healthy = await Task.WhenAll(Nodes.Where(node => node.IsRunning).Select(IsHealthyAsync));
        return !healthy.Contains(false);
    });

    /// <summary>Waits until a replica has all that the master has.</summary>
    public Task UntilReplicatedAsync(RedisServer master) => Eventually.HoldsAsync("a replica has what its master has", Eventually.Limit, async () =>
        await master.AskAsync("wait", "1", "1000") != "0");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    // Its own bus port: the default is the port plus 10,000, which may be taken.
    private static Task<RedisServer> StartNodeAsync() => RedisServer.StartAsync(
        appendOnly: true,
        "--cluster-enabled", "yes",
        "--cluster-port", FreePort.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
        "--cluster-node-timeout", "2000");

    private static async Task<bool> IsHealthyAsync(RedisServer node) =>
        (await node.AskAsync("cluster", "info")).Contains("cluster_state:ok", StringComparison.Ordinal)
        && !(await node.AskAsync("info", "replication")).Contains("master_link_status:down", StringComparison.Ordinal);

    private static bool Holds(string range, int slot)
    {
        var ends = range.Split('-');
        return int.TryParse(ends[0], out var first) && int.TryParse(ends[^1], out var last) && first <= slot && slot <= last;
    }
}
