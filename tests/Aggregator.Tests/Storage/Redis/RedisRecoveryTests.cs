using System.Globalization;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Counting;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>Whatever Redis loses, the numbers end exact again.</summary>
public sealed class RedisRecoveryTests : IDisposable
{
    private readonly CountsFile _file = new();
    private readonly TestLog _log = new();

    public void Dispose() => _file.Dispose();

    [FactWith(Need.Redis)]
    public async Task After_everything_was_flushed()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = RedisConnection.Open(server.Configuration);
        var partition = await OpenAsync(redis);
        Count(partition, 3);
        partition.Snapshot();
        Count(partition, 3);

        await server.AskAsync("flushall");
        Assert.Throws<PositionMovedException>(() => Count(partition, 1));
        Assert.Throws<CountsException>(() => Answers(redis));

        Assert.True(partition.TakeOver());
        AssertExact(redis);
    }

    [FactWith(Need.Redis)]
    public async Task After_a_kill_that_loses_what_was_not_synced()
    {
        await using var server = await RedisServer.StartAsync(appendOnly: true);
        using var redis = RedisConnection.Open(server.Configuration);
        var partition = await OpenAsync(redis);
        Count(partition, 50);
        partition.Snapshot();
        Count(partition, 50);

        // The end of the file is what a power cut takes from one that is synced every second.
        await server.KillAsync();
        server.CutAppendOnlyFile(kept: 0.75);
        await server.RestartAsync();
        await AnswersAsync(partition);

        var position = new RedisCounts(redis).Read(0)!.Position;
        Assert.InRange(position.Offset, 1, 99);
        Assert.Equal(new CountsAudit(position.Offset, position.Offset), new RedisRollups(redis, 1, _ => 0).Audit());
        partition.TakeOver();
        AssertExact(redis);
    }

    [FactWith(Need.Redis)]
    public async Task After_an_old_dump_was_restored()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = RedisConnection.Open(server.Configuration);
        var partition = await OpenAsync(redis);
        Count(partition, 3);
        await server.AskAsync("save");
        Count(partition, 3);
        partition.Snapshot();
        Count(partition, 3);

        await server.KillAsync();
        await server.RestartAsync();
        await AnswersAsync(partition);
        Assert.Equal(3, partition.Counts.Read(0)!.Position.Offset);

        Assert.True(partition.TakeOver());
        AssertExact(redis);
    }

    [FactWith(Need.Redis)]
    public async Task After_a_replica_took_the_place_of_its_master()
    {
        await using var cluster = await RedisCluster.StartAsync(replicas: true);
        using var redis = RedisConnection.Open(cluster.Configuration);
        var partition = await OpenAsync(redis);
        Count(partition, 20);
        partition.Snapshot();
        var master = await cluster.MasterOfAsync("{lt0}:state");
        Count(partition, 20);

        await master.KillAsync();
        Assert.Throws<CountsException>(() => Count(partition, 1));
        await cluster.UntilHealthyAsync();
        await AnswersAsync(partition);

        partition.TakeOver();
        AssertExact(redis);
        Count(partition, 5);
        AssertExact(redis);

        // Former keys are dropped on the successor.
        await partition.Rebuild();
        partition.TakeOver();
        AssertExact(redis);
        var successor = await cluster.MasterOfAsync("{lt0}:state");
        Assert.Single((await successor.AskAsync("keys", "{lt0}:*:links")).Split('\n'));
    }

    [FactWith(Need.Redis)]
    public async Task After_its_slot_moved_to_another_node()
    {
        await using var cluster = await RedisCluster.StartAsync();
        using var redis = RedisConnection.Open(cluster.Configuration);
        var partition = await OpenAsync(redis);
        Count(partition, 20);
        var from = await cluster.MasterOfAsync("{lt0}:state");
        var to = cluster.Nodes.First(node => node != from);
        var (slot, fromId, toId) = (await from.AskAsync("cluster", "keyslot", "{lt0}"), await from.AskAsync("cluster", "myid"), await to.AskAsync("cluster", "myid"));

        await to.AskAsync("cluster", "setslot", slot, "importing", fromId);
        await from.AskAsync("cluster", "setslot", slot, "migrating", toId);
        var keys = (await from.AskAsync("cluster", "getkeysinslot", slot, "1000")).Split('\n');
        foreach (var (key, i) in keys.Select((key, i) => (key, i)))
        {
            await from.AskAsync("migrate", "127.0.0.1", to.Port.ToString(CultureInfo.InvariantCulture), key, "0", "5000");
            if (i == keys.Length / 2)
            {
                // No node has all keys of a script now.
                Assert.Throws<CountsException>(() => Count(partition, 1));
            }
        }

        foreach (var node in cluster.Nodes)
        {
            await node.AskAsync("cluster", "setslot", slot, "node", toId);
        }

        await AnswersAsync(partition);
        Assert.False(partition.TakeOver());
        AssertExact(redis);
        Assert.Same(to, await cluster.MasterOfAsync("{lt0}:state"));
    }

    [FactWith(Need.Redis)]
    public async Task While_Redis_is_away_a_step_fails_at_once_and_is_not_sent_later()
    {
        await using var server = await RedisServer.StartAsync(appendOnly: true);
        using var redis = RedisConnection.Open(server.Configuration);
        var partition = await OpenAsync(redis);
        Count(partition, 2);
        await server.KillAsync();

        for (var i = 0; i < 20; i++)
        {
            Assert.Throws<CountsException>(() => Count(partition, 1));
        }

        await server.RestartAsync();
        await AnswersAsync(partition);

        // Of the two before the kill, some may not have reached its file.
        Assert.InRange(partition.Counts.Read(0)?.Position.Offset ?? 0, 0, 2);
        partition.TakeOver();
        AssertExact(redis);
    }

    private static async Task<CountedPartition> OpenAsync(RedisConnection redis)
    {
        var partition = new CountedPartition(redis);
        await partition.Rebuild();
        return partition;
    }

    // The client finds the server again by itself.
    private static Task AnswersAsync(CountedPartition partition) => Eventually.HoldsAsync("Redis answers", Eventually.Limit, () =>
    {
        try
        {
            partition.Counts.Read(0);
            return Task.FromResult(true);
        }
        catch (CountsException)
        {
            return Task.FromResult(false);
        }
    });

    private void Count(CountedPartition partition, int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            var number = _log.Count;
            _log.Add(new TestClick { Link = 1 + (number % 5), Visitor = (ulong)number, At = new TestClick().At.AddMinutes(20 * number) });
            partition.Count(_file.Count(_log.Slice(number, number + 1)));
        }
    }

    private static string Answers(RedisConnection redis) => CountsRig.Answers(new RedisRollups(redis, 1, _ => 0).Rollup);

    private void AssertExact(RedisConnection redis)
    {
        Assert.Equal(_file.Answers(), Answers(redis));
        var audit = new RedisRollups(redis, 1, _ => 0).Audit();
        Assert.Equal(new CountsAudit(_log.Count, _log.Count), audit);
    }
}
