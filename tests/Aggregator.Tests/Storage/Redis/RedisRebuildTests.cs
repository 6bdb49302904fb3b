using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Counting;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>Content that is made anew, and what interrupts it.</summary>
public sealed class RedisRebuildTests(SharedServers servers) : IClassFixture<SharedServers>, IAsyncLifetime, IDisposable
{
    private readonly CountsFile _file = new();
    private readonly TestLog _log = new();
    private RedisServer _server = null!;
    private RedisConnection _redis = null!;
    private CountedPartition _partition = null!;

    public async Task InitializeAsync()
    {
        _server = await servers.Redis;
        await _server.AskAsync("flushall");
        _redis = RedisConnection.Open(_server.Configuration);
        _partition = new CountedPartition(_redis);
        await _partition.Rebuild();

        // Hours of some thousand rows: several portions.
        for (var i = 0; i < 600; i++)
        {
            _log.Add(new TestClick { Link = 1 + (i % 100), Visitor = (ulong)i, At = new TestClick().At.AddHours(i) });
        }

        _partition.Count(_file.Count(_log.Slice(0, 400)));
        _partition.Snapshot();
        _partition.Count(_file.Count(_log.Slice(400, 600)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _file.Dispose();
        _redis.Dispose();
    }

    [FactWith(Need.Redis)]
    public async Task It_has_the_same_numbers_and_none_of_the_former_keys()
    {
        var before = Answers();
        await _partition.Rebuild();

        Assert.Equal(new CountsAudit(400, 400), Rollups().Audit());
        var keys = (await _server.AskAsync("keys", "*")).Split('\n');
        Assert.Equal(2, keys.Select(key => key.Split(':')[1]).Distinct().Count());

        _partition.TakeOver();
        Assert.Equal(before, Answers());
    }

    [FactWith(Need.Redis)]
    public async Task It_leaves_other_partitions_alone()
    {
        var other = new CountedPartition(_redis, partition: 1);
        await other.Rebuild();
        other.Count(_file.Count(new TestLog(partition: 1).Add(new TestClick()).Whole()));
        await _partition.Rebuild();

        Assert.Equal(1, new RedisRollups(_redis, 2, _ => 1).Rollup(All with { Links = [1] }).Single().Tally.Raw);
    }

    [FactWith(Need.Redis)]
    public async Task Readers_are_told_to_come_back_from_its_beginning_to_its_end()
    {
        var (portions, before) = (0, Answers());
        await _partition.Rebuild(hours => hours.Select((hour, i) =>
        {
            if (i % RedisRebuild.Portion == 0)
            {
                portions++;
                AssertShut();
            }

            return hour;
        }));

        Assert.True(portions > 2);
        _partition.TakeOver();
        Assert.Equal(before, Answers());
    }

    [TheoryWith(Need.Redis)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(RedisRebuild.Portion)]
    [InlineData((2 * RedisRebuild.Portion) + 1)]
    public async Task Interrupted_anywhere_it_begins_from_nothing_and_ends_whole(int after)
    {
        var before = Answers();
        await Assert.ThrowsAsync<IOException>(() => _partition.Rebuild(hours => hours.Select((hour, i) => i == after ? throw new IOException() : hour)));
        AssertShut();

        Assert.True(_partition.TakeOver());
        Assert.Equal(before, Answers());
    }

    [FactWith(Need.Redis)]
    public async Task Former_keys_are_gone_before_new_ones_come_because_there_may_be_no_memory_for_both()
    {
        var generations = 0;
        await _partition.Rebuild(hours => hours.Select((hour, i) =>
        {
            var keys = i == 0 ? _server.AskAsync("keys", "{lt0}:*").GetAwaiter().GetResult() : "";
            generations += keys.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(key => key != "{lt0}:state");
            return hour;
        }));
        Assert.Equal(0, generations);
    }

    [FactWith(Need.Redis)]
    public async Task A_former_holder_that_comes_back_in_the_middle_of_its_own_ends_there()
    {
        var before = Answers();
        await Assert.ThrowsAsync<PositionMovedException>(() => _partition.Rebuild(hours => hours.Select((hour, i) =>
        {
            if (i == RedisRebuild.Portion)
            {
                _partition.TakeOver();
            }

            return hour;
        })));

        Assert.Equal(before, Answers());
    }

    [FactWith(Need.Redis)]
    public void A_former_holder_cannot_begin_one()
    {
        _partition.TakeOver();
        _partition.Count(_file.Count(_log.Add(new TestClick()).Slice(600, 601)));
        var before = Answers();
        var zombie = new RedisRebuild(_redis, new RedisCounts(_redis), NullLogger<RedisRebuild>.Instance);

        Assert.Throws<PositionMovedException>(() => zombie.Run(0, fence: 1, null, [], [], CancellationToken.None));
        Assert.Equal(before, Answers());
    }

    [FactWith(Need.Redis)]
    public async Task A_report_that_began_before_it_ends_without_a_number()
    {
        var former = new RedisKeys(0, await _server.AskAsync("hget", "{lt0}:state", "generation"));
        var report = new PartitionRead(former, [CountKey.AllLinks], _ => []);
        await Assert.ThrowsAsync<IOException>(() => _partition.Rebuild(hours => hours.Select((hour, i) => i == 1 ? throw new IOException() : hour)));
        Assert.Throws<CountsException>(() => RedisRead.Run(_redis, [report]));

        var present = new RedisKeys(0, await _server.AskAsync("hget", "{lt0}:state", "generation"));
        Assert.Throws<CountsException>(() => RedisRead.Run(_redis, [new PartitionRead(present, [CountKey.AllLinks], _ => [])]));

        _partition.TakeOver();
        Assert.Throws<CountsException>(() => RedisRead.Run(_redis, [report]));
    }

    [FactWith(Need.Redis)]
    public async Task A_sweep_of_a_generation_that_is_past_drops_nothing()
    {
        var former = new RedisKeys(0, await _server.AskAsync("hget", "{lt0}:state", "generation"));
        await _partition.Rebuild();
        var before = Answers();

        Assert.Equal(0, new RedisSweep(_redis, former).Run());
        Assert.Equal(before, Answers());
    }

    private static RollupQuery All => new() { FromHour = 0, ToHour = 10_000_000 };

    private void AssertShut()
    {
        Assert.Null(_partition.Counts.Read(0));
        foreach (var read in (Action[])[() => Rollups().Audit(), () => Rollups().Positions(), () => Rollups().FirstHour(null), () => Rollups().ClicksOf([1]), () => Rollups().Rollup(All), () => Rollups().Rollup(All with { Links = [1] })])
        {
            Assert.Contains("are being made", Assert.Throws<CountsException>(read).Message, StringComparison.Ordinal);
        }
    }

    private RedisRollups Rollups() => new(_redis, 1, _ => 0);

    private string Answers() => CountsRig.Answers(Rollups().Rollup);
}
