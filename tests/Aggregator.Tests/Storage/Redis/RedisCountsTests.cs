using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Counting;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>What a step does to a partition, and what it must not.</summary>
public sealed class RedisCountsTests(SharedServers servers) : IClassFixture<SharedServers>, IAsyncLifetime, IDisposable
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
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _file.Dispose();
        _redis.Dispose();
    }

    [FactWith(Need.Redis)]
    public void A_step_whose_answer_was_lost_may_be_repeated_and_counts_once()
    {
        var batch = Next();
        var step = _partition.Append(batch);
        _partition.Counts.Commit(batch, step);
        _partition.Counts.Commit(batch, step);
        new RedisCounts(_redis).Commit(batch, step);

        Assert.Equal(1, Total().Raw);
        Assert.Equal(step.After, _partition.Counts.Read(0)!.Position);
    }

    [FactWith(Need.Redis)]
    public void A_step_that_moves_a_log_alone_is_applied_and_may_be_repeated_too()
    {
        _partition.Count(Next());
        var batch = Next();
        var step = _partition.StepOf(1) with { After = _partition.StepOf(1).Before!.Value };
        _partition.Counts.Commit(batch, step);
        _partition.Counts.Commit(batch, step);

        Assert.Equal(2, Total().Raw);
        Assert.Equal(new CountsAudit(2, 2), Rollups().Audit());
    }

    [FactWith(Need.Redis)]
    public void A_step_made_for_an_earlier_or_later_position_changes_nothing()
    {
        var (first, second) = (Next(), Next());
        _partition.Count(first);
        var step = _partition.Append(second);

        Assert.Throws<PositionMovedException>(() => _partition.Counts.Commit(second, step with { Before = null }));
        Assert.Throws<PositionMovedException>(() => _partition.Counts.Commit(second, step with { Before = new PartitionPosition(0, 7) }));
        Assert.Throws<PositionMovedException>(() => _partition.Counts.Commit(second, step with { Before = new PartitionPosition(1, 1) }));
        Assert.Equal(1, Total().Raw);

        _partition.Counts.Commit(second, step);
        Assert.Equal(2, Total().Raw);
    }

    [FactWith(Need.Redis)]
    public void A_step_at_the_right_position_whose_log_has_moved_changes_nothing()
    {
        var (first, second) = (Next(), Next());
        _partition.Append(first);
        var moved = Assert.Throws<PositionMovedException>(() => _partition.Counts.Commit(second, _partition.StepOf(0)));

        Assert.Contains("or a log of it has moved", moved.Message, StringComparison.Ordinal);
        Assert.Equal(0, Total().Raw);
    }

    [FactWith(Need.Redis)]
    public void A_former_holder_cannot_write_any_more()
    {
        var (first, second) = (Next(), Next());
        _partition.Count(first);
        var zombie = _partition.Append(second);
        Assert.False(_partition.TakeOver());

        // Its step was applied by the new holder, so not even that it was applied already is its to hear.
        Assert.Throws<PositionMovedException>(() => _partition.Counts.Commit(second, zombie));
        Assert.Throws<PositionMovedException>(() => _partition.Counts.Commit(Next(), zombie with { Before = zombie.After, After = new PartitionPosition(0, 3) }));
        Assert.Equal(2, Total().Raw);
    }

    [FactWith(Need.Redis)]
    public async Task A_partition_that_was_never_opened_takes_no_step_and_shows_nothing()
    {
        await _server.AskAsync("flushall");
        Assert.Null(_partition.Counts.Read(0));
        Assert.Throws<PositionMovedException>(() => _partition.Count(Next()));
        Assert.Contains("are being made", Assert.Throws<CountsException>(() => Total()).Message, StringComparison.Ordinal);
    }

    [FactWith(Need.Redis)]
    public void Positions_beyond_what_a_script_can_reckon_with_are_exact()
    {
        var before = new PartitionPosition(3, long.MaxValue - 1);
        var step = new PartitionStep(0, 1, null, before);
        _partition.Counts.Commit(Next(), step);
        _partition.Counts.Commit(Next(), step with { Before = before, After = new PartitionPosition(3, long.MaxValue) });

        Assert.Equal(new PartitionPosition(3, long.MaxValue), _partition.Counts.Read(0)!.Position);
    }

    [FactWith(Need.Redis)]
    public async Task A_script_that_Redis_forgot_is_sent_again()
    {
        _partition.Count(Next());
        await _server.AskAsync("script", "flush");
        _partition.Count(Next());
        await _server.AskAsync("script", "flush");

        Assert.Equal(2, Total().Raw);
    }

    [FactWith(Need.Redis)]
    public void A_batch_of_more_links_and_values_than_fit_a_list_of_arguments_is_one_step()
    {
        for (var i = 0; i < 3_000; i++)
        {
            _log.Add(new TestClick { Link = 1 + i, Visitor = (ulong)i, Referrer = $"https://{i}.example" });
        }

        var batch = _file.Count(_log.Whole());
        _partition.Count(batch);
        _partition.Count(_file.Count(_log.Add(new TestClick { Link = 77, Visitor = 9_999, Referrer = "https://0.example" }).Slice(3_000, 3_001)));

        Assert.True(batch.Hours.Count > RedisCounts.EnoughHours);
        var referrers = Rollups().Rollup(new RollupQuery { FromHour = 0, ToHour = 10_000_000, Dimension = Dimension.Referrer });
        Assert.Equal(3_000, referrers.Count);
        Assert.Equal(2, referrers.Single(row => row.Value == "https://0.example").Tally.Valid);
        Assert.Equal(3_000, Rollups().Rollup(new RollupQuery { FromHour = 0, ToHour = 10_000_000, Split = RollupSplit.Link }).Count);
    }

    [FactWith(Need.Redis)]
    public async Task A_report_sees_whole_batches_only()
    {
        // Each has a click in an hour and a day of its own, and one before all others.
        var counting = Task.Run(() =>
        {
            for (var i = 0; i < 150; i++)
            {
                _partition.Count(Next(
                    new TestClick { Visitor = 1, At = new TestClick().At.AddHours(-i) }, new TestClick { Visitor = 2 }, new TestClick { Visitor = 3, At = new TestClick().At.AddHours(25 * i) }));
            }
        });
        var moments = new HashSet<long>();
        do
        {
            Assert.Equal(0, Total().Raw % 3);
            var audit = Rollups().Audit();
            Assert.Equal(audit.Applied, audit.Raw);
            moments.Add(audit.Raw);
        }
        while (!counting.IsCompleted);

        await counting;
        Assert.Equal(450, Total().Raw);
        Assert.True(moments.Count > 2, "Nothing was read while it counted.");
    }

    [FactWith(Need.Redis)]
    public async Task A_key_of_another_kind_is_damage_and_nothing_of_the_step_is_stored()
    {
        _partition.Count(Next());
        var links = await KeyAsync("*:links");
        await _server.AskAsync("rename", links, "elsewhere");
        await _server.AskAsync("set", links, "x");

        Assert.True(Assert.Throws<CountsException>(() => _partition.Count(Next())).IsDamage);

        await _server.AskAsync("rename", "elsewhere", links);
        Assert.Equal(1, Total().Raw);
        Assert.Equal(1, _partition.Counts.Read(0)!.Position.Offset);
    }

    [FactWith(Need.Redis)]
    public async Task A_leaderboard_of_another_kind_is_damage_too()
    {
        _partition.Count(Next());
        var board = await KeyAsync("*:board:*");
        await _server.AskAsync("del", board);
        await _server.AskAsync("set", board, "x");

        Assert.True(Assert.Throws<CountsException>(() => _partition.Count(Next())).IsDamage);
        Assert.Equal(1, Total().Raw);
    }

    [TheoryWith(Need.Redis)]
    [InlineData("*:h:all0:*", "not a number")]
    [InlineData("*:h:all0:*", "9007199254740991,1")]
    [InlineData("*:links", "1,2,3")]
    [InlineData("*:links", "9007199254740991,1,2,")]
    public async Task A_number_that_no_step_could_have_stored_is_damage_and_nothing_of_the_step_is_stored(string pattern, string text)
    {
        _partition.Count(Next());
        var key = await KeyAsync(pattern);
        var field = pattern.EndsWith("links", StringComparison.Ordinal) ? "0" : (await _server.AskAsync("hkeys", key)).Split('\n')[0];
        var sound = await _server.AskAsync("hget", key, field);
        await _server.AskAsync("hset", key, field, text);

        Assert.True(Assert.Throws<CountsException>(() => _partition.Count(Next())).IsDamage);

        await _server.AskAsync("hset", key, field, sound);
        Assert.Equal(1, Total().Raw);
        Assert.Equal(1, _partition.Counts.Read(0)!.Position.Offset);
    }

    [TheoryWith(Need.Redis)]
    [InlineData("*:d:all0:*", "1,x")]
    [InlineData("*:d:all0:*", "1,1,1,1,1,1,1,1")]
    [InlineData("*:d:all0:*", "99999999999999999999")]
    [InlineData("*:links", "1,2")]
    [InlineData("*:logs", "1,2,3")]
    public async Task What_cannot_be_read_is_damage_and_no_number(string pattern, string text)
    {
        _partition.Count(Next());
        var key = await KeyAsync(pattern);
        foreach (var field in (await _server.AskAsync("hkeys", key)).Split('\n'))
        {
            await _server.AskAsync("hset", key, field, text);
        }

        Assert.True(Assert.Throws<CountsException>(() => Rollups().Audit()).IsDamage);
    }

    [FactWith(Need.Redis)]
    public async Task A_position_that_cannot_be_read_is_damage()
    {
        await _server.AskAsync("hset", "{lt0}:state", "position", "somewhere");
        Assert.True(Assert.Throws<CountsException>(() => _partition.Counts.Read(0)).IsDamage);
    }

    [FactWith(Need.Redis)]
    public async Task A_full_memory_refuses_the_whole_step_and_counting_goes_on_when_there_is_room()
    {
        _partition.Count(Next());
        var batch = Next();
        var step = _partition.Append(batch);
        await _server.AskAsync("config", "set", "maxmemory", "1");
        try
        {
            var refused = Assert.Throws<CountsException>(() => _partition.Counts.Commit(batch, step));
            Assert.Contains("OOM", refused.Message, StringComparison.Ordinal);
            Assert.False(refused.IsDamage);
        }
        finally
        {
            await _server.AskAsync("config", "set", "maxmemory", "0");
        }

        Assert.Equal(1, Total().Raw);
        _partition.Counts.Commit(batch, step);
        Assert.Equal(2, Total().Raw);
    }

    private async Task<string> KeyAsync(string pattern) => (await _server.AskAsync("keys", pattern)).Split('\n')[0];

    private CountBatch Next() => Next(new TestClick { Visitor = (ulong)_log.Count });

    private CountBatch Next(params ReadOnlySpan<TestClick> clicks)
    {
        _log.Add(clicks);
        return _file.Count(_log.Slice(_log.Count - clicks.Length, _log.Count));
    }

    private RedisRollups Rollups() => new(_redis, 1, _ => 0);

    private ClickTally Total() => Rollups().Rollup(new RollupQuery { FromHour = 0, ToHour = 10_000_000 }).SingleOrDefault().Tally;
}
