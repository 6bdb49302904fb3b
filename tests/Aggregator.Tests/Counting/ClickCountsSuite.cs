using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>What is true of sums and positions, whichever engine keeps them.</summary>
public abstract class ClickCountsSuite : IAsyncLifetime
{
    private CountsRig _counts = null!;

    public async Task InitializeAsync() => _counts = await OpenAsync();

    public Task DisposeAsync()
    {
        _counts.Dispose();
        return Task.CompletedTask;
    }

    [EngineFact]
    public void A_batch_made_for_another_position_changes_nothing()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _counts.Count(log.Slice(0, 1));
        var stale = _counts.Fold(log.Slice(1, 2));
        _counts.Count(log.Slice(1, 2));
        var before = _counts.Answers();

        Assert.Throws<PositionMovedException>(() => _counts.Commit(stale));

        Assert.Equal(before, _counts.Answers());
    }

    [EngineFact]
    public void Two_batches_that_both_begin_a_log_are_not_both_stored()
    {
        var log = new TestLog().Add(new TestClick());
        var (first, second) = (_counts.Fold(log.Whole()), _counts.Fold(log.Whole()));
        _counts.Commit(first);

        Assert.Throws<PositionMovedException>(() => _counts.Commit(second));

        Assert.Equal(1, _counts.Total().Raw);
    }

    [EngineFact]
    public void A_restart_in_the_middle_of_the_day_still_knows_who_clicked()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { At = new TestClick().At.AddMinutes(10) }, new TestClick { At = new TestClick().At.AddHours(2) });
        _counts.Count(log.Slice(0, 1));
        _counts.Restart();
        _counts.Count(log.Slice(1, 2));
        _counts.Restart();
        _counts.Count(log.Slice(2, 3));

        Assert.Equal(new ClickTally { Raw = 3, Valid = 2, Unique = 1, Duplicate = 1 }, _counts.Total());
    }

    [EngineFact]
    public void Counting_again_from_the_log_gives_the_same_numbers()
    {
        // Over four days, in small batches with restarts between them.
        var log = new TestLog();
        for (var i = 0; i < 5_000; i++)
        {
            log.Add(new TestClick { Link = 1 + (i % 7), Visitor = (ulong)(i % 50), At = new TestClick().At.AddMinutes(i), Agent = i % 5 == 0 ? TestClick.Bot : TestClick.Chrome });
        }

        foreach (var (slice, i) in log.Cut(Enumerable.Range(1, 25).Select(i => i * 200)).Select((slice, i) => (slice, i)))
        {
            _counts.Count(slice);
            if (i % 4 == 0)
            {
                _counts.Restart();
            }
        }

        using var again = new CountsFile();
        again.Count(log.Whole());

        Assert.Equal(again.Answers(), _counts.Answers());
    }

    [EngineFact]
    public void Logs_of_several_edges_epochs_and_partitions_do_not_mix()
    {
        var logs = new[] { new TestLog(), new TestLog(edge: ulong.MaxValue), new TestLog(epoch: 2), new TestLog(partition: 3) };
        for (var i = 0; i < logs.Length; i++)
        {
            _counts.Count(logs[i].Add(new TestClick { Visitor = (ulong)i }).Whole());
        }

        Assert.Equal(4, _counts.Counts.Positions().Count);
        Assert.Equal(4, _counts.Total().Unique);
    }

    [EngineFact]
    public void The_first_hour_of_some_links_is_the_earliest_of_theirs()
    {
        var noon = new TestClick().At;
        _counts.Count(new TestLog().Add(new TestClick { Link = 3 }, new TestClick { Link = 1, At = noon.AddHours(5) }, new TestClick { Link = 2, At = noon.AddHours(3) }).Whole());

        var first = UtcBuckets.Hour(noon.ToUnixTimeMilliseconds());
        Assert.Equal(first + 3, _counts.Counts.FirstHour([1, 2, 99]));
        Assert.Equal(first, _counts.Counts.FirstHour(null));
        Assert.Null(_counts.Counts.FirstHour([99]));
    }

    [EngineFact]
    public void Whole_days_come_from_days_and_the_hours_around_them_from_hours()
    {
        // Noon of one day to two days later, an hour apart.
        var noon = UtcBuckets.Hour(new TestClick().At.ToUnixTimeMilliseconds());
        var log = new TestLog();
        for (var i = 0; i < 48; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i, At = new TestClick().At.AddHours(i) });
        }

        _counts.Count(log.Whole());

        var query = new RollupQuery { FromHour = noon + 3, ToHour = noon + 38, Links = [1], Split = RollupSplit.Day };
        Assert.Equal(
            [.. Enumerable.Range(3, 9).Select(i => ((noon + i) * UtcBuckets.HourMs, 1L)), ((noon + 12) * UtcBuckets.HourMs, 24L), .. Enumerable.Range(36, 2).Select(i => ((noon + i) * UtcBuckets.HourMs, 1L))],
            _counts.Rollup(query).OrderBy(row => row.StartMs).Select(row => (row.StartMs, row.Tally.Valid)));
        Assert.Equal(35, _counts.Rollup(query with { Split = RollupSplit.Hour }).Count);
        Assert.Equal(35, Assert.Single(_counts.Rollup(query with { Split = RollupSplit.None, Links = null })).Tally.Valid);
        Assert.Empty(_counts.Rollup(query with { ToHour = query.FromHour }));
    }

    [EngineFact]
    public void Links_of_a_span_of_time_are_those_that_were_clicked_in_it()
    {
        var noon = new TestClick().At;
        _counts.Count(new TestLog().Add(
            new TestClick { Link = 1 }, new TestClick { Link = 2, Agent = TestClick.Bot }, new TestClick { Link = 3, At = noon.AddHours(3) }, new TestClick { Link = 4, At = noon.AddDays(1) }).Whole());

        var hour = UtcBuckets.Hour(noon.ToUnixTimeMilliseconds());
        var query = new RollupQuery { FromHour = hour, ToHour = hour + 3, Split = RollupSplit.Link, Dimension = Dimension.Device };
        Assert.Equal([(1, 1, 0), (2, 0, 1)], _counts.Rollup(query).OrderBy(row => row.LinkId).Select(row => (row.LinkId, row.Tally.Valid, row.Tally.Bot)));
        Assert.Equal([3L, 4L], _counts.Rollup(query with { ToHour = hour + 100, Links = [3, 4, 5, 4] }).Select(row => row.LinkId).Order());
    }

    [EngineFact]
    public void Lists_of_links_show_all_valid_clicks_and_the_newest()
    {
        var noon = new TestClick().At;
        var log = new TestLog().Add(
            new TestClick { At = noon.AddDays(3) }, new TestClick(), new TestClick { Link = 2, Agent = TestClick.Bot }, new TestClick { Visitor = 2, At = noon.AddDays(4), Head = true });
        _counts.Count(log.Slice(0, 1));
        _counts.Count(log.Slice(1, 4));

        var clicks = _counts.Counts.ClicksOf([1, 2, 3]);
        Assert.Equal(new LinkClicks(2, noon.AddDays(3).ToUnixTimeMilliseconds()), clicks[1]);
        Assert.Equal(new LinkClicks(0, null), clicks[2]);
        Assert.Equal(2, clicks.Count);
    }

    [EngineFact]
    public void The_audit_tells_the_same_number_twice()
    {
        Assert.Equal(new CountsAudit(0, 0), _counts.Counts.Audit());
        for (var day = 0; day < 20; day++)
        {
            _counts.Count(new TestLog(epoch: (ulong)day, partition: day % 2).Add(new TestClick { At = new TestClick().At.AddDays(day) }, new TestClick { Agent = TestClick.Bot }).Whole());
        }

        Assert.Equal(new CountsAudit(40, 40), _counts.Counts.Audit());
    }

    private protected abstract Task<CountsRig> OpenAsync();
}
