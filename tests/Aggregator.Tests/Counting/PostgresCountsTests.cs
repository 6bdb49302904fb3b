using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class PostgresCountsTests : IAsyncLifetime
{
    private CountsServer _server = null!;

    public async Task InitializeAsync() => _server = await CountsServer.CreateAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [FactWith(Need.Postgres)]
    public void A_batch_is_stored_with_the_position_it_leads_to()
    {
        Assert.Null(_server.Counts.Read(0));
        var log = new TestLog(edge: ulong.MaxValue).Add(new TestClick(), new TestClick { Agent = TestClick.Bot });
        _server.Count(log.Whole());

        var state = _server.Counts.Read(0)!;
        Assert.Equal(new PartitionPosition(0, 1), state.Position);
        Assert.Equal(KeyValuePair.Create(new LogKey(0, ulong.MaxValue, 1), new LogProgress(log.Tail, 2, 2, 0, 0)), Assert.Single(state.Logs));
        Assert.Equal(new ClickTally { Raw = 2, Valid = 1, Unique = 1, Bot = 1 }, _server.Total());
        Assert.Null(_server.Counts.Read(1));
    }

    [FactWith(Need.Postgres)]
    public void A_batch_made_for_another_position_changes_nothing()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        _server.Count(log.Slice(0, 1));
        var stale = _server.Fold(log.Slice(1, 3));
        _server.Count(log.Slice(1, 2));
        var before = _server.Everything();

        Assert.Throws<PositionMovedException>(() => _server.Commit(stale));

        Assert.Equal(before, _server.Everything());
        Assert.Equal(2, _server.AllClicks().Count);
    }

    [FactWith(Need.Postgres)]
    public void A_batch_at_the_right_offset_whose_log_has_moved_changes_nothing()
    {
        var log = new TestLog().Add(new TestClick());
        var (batch, step) = _server.Fold(log.Whole());
        _server.Run("INSERT INTO counting_logs VALUES (0, 7, 1, 100, 0, 0, 0, 0)");

        Assert.Throws<PositionMovedException>(() => _server.Counts.Commit(batch, step));

        Assert.Equal("", _server.Everything());
    }

    [FactWith(Need.Postgres)]
    public async Task Of_two_holders_that_begin_a_partition_at_once_one_is_refused()
    {
        var log = new TestLog().Add(new TestClick());
        var first = _server.Fold(log.Whole());
        _server.TakeOver();
        var second = _server.Fold(log.Whole());

        var refused = await Task.WhenAll(Refused(first), Refused(second));

        Assert.Single(refused, isRefused => isRefused);
        Assert.Equal(1, _server.Total().Raw);

        Task<bool> Refused((CountBatch, PartitionStep) made) => Task.Run(() => Record.Exception(() => _server.Commit(made)) switch
        {
            null => false,
            PositionMovedException => true,
            var other => throw other,
        });
    }

    [FactWith(Need.Postgres)]
    public void A_later_holder_shuts_out_those_before_it_whatever_they_expect()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        _server.Count(log.Slice(0, 1));
        _server.TakeOver();
        _server.Count(log.Slice(1, 2));

        var (batch, step) = _server.Fold(log.Slice(2, 3));
        var error = Assert.Throws<PositionMovedException>(() => _server.Counts.Commit(batch, step with { Fence = 1 }));

        Assert.Contains("fence 2", error.Message, StringComparison.Ordinal);
        _server.Counts.Commit(batch, step);
        Assert.Equal(3, _server.Total().Valid);
    }

    [FactWith(Need.Postgres)]
    public void A_step_whose_answer_was_lost_is_known_and_not_made_twice()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _server.Count(log.Slice(0, 1));
        var made = _server.Fold(log.Slice(1, 2));

        _server.Commit(made);
        var after = _server.Everything();
        _server.Commit(made);

        Assert.Equal(after, _server.Everything());
        Assert.Equal(2, _server.AllClicks().Count);
    }

    [FactWith(Need.Postgres)]
    public void Another_step_to_the_same_place_is_not_taken_for_one_that_was_made()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        var (one, other) = (_server.Fold(log.Slice(0, 1)), _server.Fold(log.Slice(0, 2)));
        _server.Commit(one);

        Assert.Throws<PositionMovedException>(() => _server.Commit(other));

        // Nor is the same one under another fence: its holder may have read what the first has stored.
        Assert.Throws<PositionMovedException>(() => _server.Counts.Commit(one.Batch, one.Step with { Fence = 2 }));
        Assert.Equal(1, _server.Total().Raw);
    }

    [FactWith(Need.Postgres)]
    public void Offsets_may_begin_anew_in_a_later_era()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _server.Count(log.Slice(0, 1));
        var (batch, step) = _server.Fold(log.Slice(1, 2));

        _server.Counts.Commit(batch, step with { After = new PartitionPosition(1, 0) });

        Assert.Equal(new PartitionPosition(1, 0), _server.Counts.Read(0)!.Position);
        Assert.True(new PartitionPosition(0, 1).CompareTo(new PartitionPosition(1, 0)) < 0);
    }

    [FactWith(Need.Postgres)]
    public void A_batch_that_fails_half_way_leaves_nothing_and_is_counted_once_afterwards()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        var made = _server.Fold(log.Whole());
        made.Batch.Replayed.Add(99);

        Assert.Throws<PositionMovedException>(() => _server.Commit(made));
        Assert.Null(_server.Counts.Read(0));
        Assert.Equal("", _server.Everything());

        _server.TakeOver();
        _server.Count(log.Whole());
        Assert.Equal(2, _server.Total().Valid);
    }

    [FactWith(Need.Postgres)]
    public void Numbers_beyond_63_bits_are_refused_not_wrapped()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _server.Count(log.Slice(0, 1));
        _server.Run("UPDATE click_days SET raw = 9223372036854775807, valid = 9223372036854775807");
        var made = _server.Fold(log.Slice(1, 2));

        var error = Assert.Throws<CountsException>(() => _server.Commit(made));

        Assert.Contains("22003", error.Message, StringComparison.Ordinal);
        Assert.Equal(made.Step.Before, _server.Counts.Read(0)!.Position);
        Assert.Single(_server.AllClicks());
    }

    [FactWith(Need.Postgres)]
    public void A_text_with_a_character_that_the_server_cannot_hold_does_not_stop_counting()
    {
        var log = new TestLog().Add(new TestClick { Channel = "a\0b" });
        var damage = new DamagedRange(TestLog.Begin, TestLog.Begin, 1, "bad\0reason", default);

        _server.Count(log.Slice(0, 1, null, damage));

        Assert.Equal(["a\uFFFDb"], _server.Query("SELECT value FROM click_days WHERE dimension = 6 AND link_id = 1"));
        Assert.Equal("bad\uFFFDreason", Assert.Single(_server.Quarantine()).Reason);
    }

    [FactWith(Need.Postgres)]
    public async Task Tables_that_a_newer_version_changed_fail_what_was_prepared_before_once()
    {
        var log = new TestLog();
        for (var i = 0; i < 6; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i });
        }

        for (var i = 0; i < 4; i++)
        {
            _server.Count(log.Slice(i, i + 1));
        }

        _server.Run("ALTER TABLE counting_positions ALTER COLUMN fence TYPE INTEGER");
        await using var other = _server.Other();
        var made = other.Fold(log.Slice(4, 5));

        var error = Assert.Throws<CountsException>(() => _server.Commit(made));
        _server.Commit(made);
        _server.Count(log.Slice(5, 6));

        Assert.Contains("0A000", error.Message, StringComparison.Ordinal);
        Assert.Equal(6, _server.Total().Valid);
    }

    [FactWith(Need.Postgres)]
    public async Task Writers_of_several_partitions_do_not_wait_for_each_other_in_a_circle()
    {
        // The same links, hours and visitors in each, as after a change of the number of partitions.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(partition => Task.Run(async () =>
        {
            await using var holder = _server.Other();
            var log = new TestLog(partition: partition);
            for (var i = 0; i < 400; i++)
            {
                log.Add(new TestClick { Link = 1 + (i * 7 % 40), Visitor = (ulong)i, At = new TestClick().At.AddMinutes(i * 13 % 300) });
            }

            foreach (var slice in log.Cut(Enumerable.Range(1, 19).Select(i => i * 20)))
            {
                holder.Count(slice);
            }
        })));

        Assert.All(Enumerable.Range(0, 4), partition => Assert.Equal(400, _server.Total(partition).Raw));
        Assert.Equal(1_600, _server.AllClicks().Count);
    }

    [FactWith(Need.Postgres)]
    public void A_snapshot_tells_of_one_moment()
    {
        var noon = new TestClick().At;
        var log = new TestLog().Add(new TestClick(), new TestClick { At = noon.AddDays(1) }, new TestClick { Link = 2 });
        _server.Count(log.Slice(0, 2));
        _server.Count(new TestLog(partition: 1).Add(new TestClick { Link = 3 }).Whole());

        using var snapshot = _server.Counts.Snapshot(0);
        _server.Count(log.Slice(2, 3));

        Assert.Equal(new PartitionPosition(0, 1), snapshot.State!.Position);
        Assert.Equal(2, Assert.Single(snapshot.State.Logs).Value.Applied);
        var day = UtcBuckets.Day(noon.ToUnixTimeMilliseconds());
        var total = snapshot.Days.Where(row => row.Key.Dimension == Dimension.Total).ToDictionary(row => (row.Key.LinkId, row.Key.Hour), row => row.Value.Raw);
        Assert.Equal([(0, day), (0, day + 1), (1, day), (1, day + 1)], total.Keys.Order());
        Assert.All(total.Values, raw => Assert.Equal(1, raw));
        Assert.Equal(
            snapshot.Days.Select(row => (row.Key, row.Value)).OrderBy(row => row.Key.ToString(), StringComparer.Ordinal),
            snapshot.Hours.Select(row => (row.Key with { Hour = UtcBuckets.DayOfHour(row.Key.Hour) }, row.Value)).OrderBy(row => row.Item1.ToString(), StringComparer.Ordinal));
        Assert.Equal([KeyValuePair.Create(1L, noon.AddDays(1).ToUnixTimeMilliseconds())], snapshot.LastClicks);
    }

    [FactWith(Need.Postgres)]
    public void The_newest_click_of_a_link_stays_the_newest_when_an_older_one_comes_late()
    {
        var noon = new TestClick().At;
        var log = new TestLog().Add(new TestClick(), new TestClick { At = noon.AddHours(-3) });
        _server.Count(log.Slice(0, 1));
        _server.Count(log.Slice(1, 2));

        using var snapshot = _server.Counts.Snapshot(0);
        Assert.Equal(noon.ToUnixTimeMilliseconds(), Assert.Single(snapshot.LastClicks).Value);
    }

    [FactWith(Need.Postgres)]
    public void A_holder_that_takes_over_knows_who_clicked_in_its_partition_and_in_no_other()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { At = new TestClick().At.AddMinutes(10) });
        _server.Count(log.Slice(0, 1));
        _server.TakeOver();
        _server.Count(log.Slice(1, 2));
        _server.Count(new TestLog(partition: 1).Add(new TestClick()).Whole());

        Assert.Equal(new ClickTally { Raw = 2, Valid = 1, Unique = 1, Duplicate = 1 }, _server.Total());
        Assert.Equal(new ClickTally { Raw = 1, Valid = 1, Unique = 1 }, _server.Total(1));
    }
}
