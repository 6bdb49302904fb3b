using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class ClickCountsTests : IDisposable
{
    private readonly CountsFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void A_batch_made_for_another_position_changes_nothing()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _file.Count(log.Slice(0, 1));
        var stale = _file.Fold(log.Slice(1, 2));
        _file.Count(log.Slice(1, 2));
        var before = _file.Everything();

        Assert.Throws<PositionMovedException>(() => _file.Counts.Commit(stale));

        Assert.Equal(before, _file.Everything());
        Assert.Equal(2, _file.Clicks().Count);
    }

    [Fact]
    public void Two_batches_that_both_begin_a_log_are_not_both_stored()
    {
        var log = new TestLog().Add(new TestClick());
        var (first, second) = (_file.Fold(log.Whole()), _file.Fold(log.Whole()));
        _file.Counts.Commit(first);

        Assert.Throws<PositionMovedException>(() => _file.Counts.Commit(second));

        Assert.Equal(1, _file.Total().Raw);
    }

    [Fact]
    public void A_batch_that_fails_half_way_leaves_nothing_and_is_counted_once_afterwards()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        var batch = _file.Fold(log.Whole());

        // The last statement of the transaction breaks a rule of its table.
        batch.Quarantine.Add(new QuarantinedRange(new LogKey(0, 7, 1), 0, 0, 0, null!, []));
        Assert.ThrowsAny<Exception>(() => _file.Counts.Commit(batch));
        Assert.Equal("", _file.Everything());
        Assert.Empty(_file.Counts.Positions());

        _file.Restart();
        _file.Count(log.Whole());
        Assert.Equal(2, _file.Total().Valid);
    }

    [Fact]
    public void A_restart_in_the_middle_of_the_day_still_knows_who_clicked()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { At = new TestClick().At.AddMinutes(10) }, new TestClick { At = new TestClick().At.AddHours(2) });
        _file.Count(log.Slice(0, 1));
        _file.Restart();
        _file.Count(log.Slice(1, 2));
        _file.Restart();
        _file.Count(log.Slice(2, 3));

        Assert.Equal(new ClickTally { Raw = 3, Valid = 2, Unique = 1, Duplicate = 1 }, _file.Total());
    }

    [Fact]
    public void Counting_again_from_the_log_gives_the_same_numbers()
    {
        // Enough for several windows of addresses, over four days, in small batches with restarts between them.
        var log = new TestLog();
        for (var i = 0; i < 5_000; i++)
        {
            log.Add(new TestClick { Link = 1 + (i % 7), Visitor = (ulong)(i % 50), At = new TestClick().At.AddMinutes(i), Agent = i % 5 == 0 ? TestClick.Bot : TestClick.Chrome });
        }

        foreach (var (slice, i) in log.Cut(Enumerable.Range(1, 25).Select(i => i * 200)).Select((slice, i) => (slice, i)))
        {
            _file.Count(slice);
            if (i % 4 == 0)
            {
                _file.Restart();
            }
        }

        using var again = new CountsFile();
        again.Count(log.Whole());

        Assert.True(ClickPart.WindowOf(log.Tail) > 1, "The log does not fill several blocks.");
        Assert.Equal(again.Everything(), _file.Everything());
        Assert.Equal(again.Clicks(), _file.Clicks());
    }

    [Fact]
    public void Blocks_are_found_by_time_and_link()
    {
        var noon = new TestClick().At;
        var log = new TestLog();
        for (var i = 0; i < 3_000; i++)
        {
            log.Add(new TestClick { Link = 1 + (i / 1_000), Visitor = (ulong)i, At = noon.AddSeconds(i) });
        }

        _file.Count(log.Cut([500, 1_500, 2_999]));
        _file.Count(log.Slice(2_999, 3_000));

        var seen = new List<long>();
        _file.Counts.Scan(
            new ClickScan { FromMs = noon.AddSeconds(900).ToUnixTimeMilliseconds(), ToMs = noon.AddSeconds(1_200).ToUnixTimeMilliseconds(), Links = new HashSet<long> { 2 } },
            (in StoredClick click) => seen.Add((click.Record.OccurredAtMs - noon.ToUnixTimeMilliseconds()) / 1_000));
        Assert.Equal(Enumerable.Range(1_000, 200).Select(i => (long)i), seen.Order());
    }

    [Fact]
    public void Forgetting_drops_old_clicks_and_keeps_their_counts()
    {
        var noon = new TestClick().At;
        var log = new TestLog().Add(new TestClick(), new TestClick { At = noon.AddDays(40) });
        _file.Count(log.Slice(0, 1));
        _file.Count(log.Slice(1, 2));

        Assert.Equal(new ForgottenClicks(1, 0), _file.Counts.Forget(noon.AddDays(1)));

        Assert.Single(_file.Clicks());
        Assert.Equal(2, _file.Total().Raw);
        Assert.Equal(default, _file.Counts.Forget(noon.AddDays(1)));
    }

    [Fact]
    public void What_cannot_be_read_goes_to_quarantine_with_its_bytes()
    {
        var unknown = new TestClick().ToBytes(1);
        unknown[0] = 200;
        var log = new TestLog().Add(new TestClick()).AddBytes(unknown).Add(new TestClick { Link = 0 }, new TestClick { Visitor = 2 });
        _file.Count(log.Whole());

        Assert.Equal(2, _file.Total().Raw);
        Assert.Equal(unknown, _file.Quarantine()[0].Bytes);
        Assert.Equal([1, 1], _file.Quarantine().Select(range => range.Missing));
        Assert.Equal(new LogProgress(log.Tail, 4, 2, 0, 2), Assert.Single(_file.Counts.Positions()).Value);
    }

    [Fact]
    public void Damage_told_by_the_log_is_declared_once()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        var damage = new DamagedRange(TestLog.Begin + 8, TestLog.Begin + 16, 3, "checksum", new byte[] { 1, 2 });
        _file.Count(log.Slice(0, 2, null, damage));
        _file.Count(log.Slice(0, 2, null, damage));

        var range = Assert.Single(_file.Quarantine());
        Assert.Equal((3, "checksum", 2), (range.Missing, range.Reason, range.Bytes.Length));
        Assert.Equal(new LogProgress(log.Tail, 7, 2, 2, 3), Assert.Single(_file.Counts.Positions()).Value);
    }

    [Fact]
    public void Clicks_missing_before_the_first_of_a_slice_are_declared_once_too()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        var damage = new DamagedRange(log.Slice(1, 2).From, log.Slice(1, 2).From, 3, "Clicks are missing before this address.", default);
        _file.Count(log.Slice(0, 1));
        _file.Count(log.Slice(1, 2, null, damage));
        _file.Count(log.Slice(1, 2, null, damage));
        _file.Count(log.Slice(0, 3, null, damage));

        Assert.Equal(3, Assert.Single(_file.Quarantine()).Missing);
        Assert.Equal(new LogProgress(log.Tail, 9, 3, 3, 3), Assert.Single(_file.Counts.Positions()).Value);
    }

    [Fact]
    public void A_hole_between_slices_is_declared_and_counting_goes_on()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        _file.Count(log.Slice(0, 1));
        _file.Count(log.Slice(2, 3));

        var (first, last) = (log.Slice(0, 1), log.Slice(2, 3));
        var range = Assert.Single(_file.Quarantine());
        Assert.Equal((first.To, last.From, 0), (range.From, range.To, range.Missing));
        Assert.Equal(2, _file.Total().Raw);
    }

    [Fact]
    public void A_hole_that_the_first_slice_tells_of_is_declared()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _file.Count(log.Slice(1, 2, previous: TestLog.Begin));

        Assert.Equal(TestLog.Begin, Assert.Single(_file.Quarantine()).From);
    }

    [Fact]
    public void Logs_of_several_edges_epochs_and_partitions_do_not_mix()
    {
        var logs = new[] { new TestLog(), new TestLog(edge: ulong.MaxValue), new TestLog(epoch: 2), new TestLog(partition: 3) };
        for (var i = 0; i < logs.Length; i++)
        {
            _file.Count(logs[i].Add(new TestClick { Visitor = (ulong)i }).Whole());
        }

        Assert.Equal(4, _file.Counts.Positions().Count);
        Assert.Equal(4, _file.Total().Unique);
        Assert.Equal(4, _file.Clicks().Count);
    }

    [Fact]
    public void A_file_that_is_no_database_is_set_aside_and_counted_anew()
    {
        var log = new TestLog().Add(new TestClick());
        _file.Count(log.Whole());
        _file.Counts.Dispose();
        SqliteConnection.ClearAllPools();
        File.WriteAllText(_file.Path, new string('x', 8_192));

        _file.Restart();

        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_file.Path)!, "counts.db.damaged-*"));
        Assert.Empty(_file.Counts.Positions());
        _file.Count(log.Whole());
        Assert.Equal(1, _file.Total().Valid);
    }

    [Fact]
    public void Damage_met_at_work_sets_the_file_aside()
    {
        _file.Count(new TestLog().Add(new TestClick()).Whole());
        _file.Counts.StartOver(new CountsException("malformed", new SqliteException("malformed", 11), isDamage: true));
        _file.Counts.Resume();

        Assert.Empty(_file.Counts.Positions());
        _file.Restart();
        _file.Count(new TestLog().Add(new TestClick()).Whole());
        Assert.Equal(1, _file.Total().Valid);
    }

    [Fact]
    public void Starting_over_that_fails_half_way_is_finished_by_the_next_try()
    {
        var log = new TestLog().Add(new TestClick());
        _file.Count(log.Whole());
        _file.Counts.StartOver(new CountsException("malformed", new SqliteException("malformed", 11), isDamage: true));

        // The file is out of the way already when making the new one fails.
        var inTheWay = Directory.CreateDirectory(_file.Path + "-journal");
        Assert.Throws<CountsException>(_file.Counts.Resume);
        inTheWay.Delete();
        _file.Counts.Resume();

        Assert.Empty(_file.Counts.Positions());
        _file.Restart();
        _file.Count(log.Whole());
        Assert.Equal(1, _file.Total().Valid);
    }

    [Theory]
    [InlineData("x'ffffffffffffffff'")]
    [InlineData("x'0badc0de'")]
    [InlineData("x''")]
    [InlineData("substr(data, 1, length(data) / 2)")]
    public async Task A_damaged_block_is_declared_and_the_others_are_read(string damaged)
    {
        var log = new TestLog();
        for (var i = 0; i < 3_000; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i });
        }

        _file.Count(log.Cut([1_000, 2_000]));
        var whole = _file.Clicks().Count;
        _file.Run($"UPDATE click_blocks SET data = {damaged} WHERE id = (SELECT MIN(id) FROM click_blocks WHERE sealed = 1)");

        Assert.InRange(_file.Clicks().Count, 1, whole - 1);
        await _file.Logger.LoggedAsync<DamagedBlockException>(3006);
        Assert.Equal(3_000, _file.Total().Raw);
    }

    [Theory]
    [InlineData("x'0badc0de'")]
    [InlineData("x''")]
    public async Task Counting_goes_on_over_an_open_block_that_cannot_be_read(string damaged)
    {
        var log = new TestLog();
        for (var i = 0; i < 3_000; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i });
        }

        _file.Count(log.Slice(0, 1));
        _file.Count(log.Slice(1, 2));
        _file.Run($"UPDATE click_blocks SET data = {damaged} WHERE id = (SELECT MIN(id) FROM click_blocks)");

        _file.Restart();
        _file.Count(log.Slice(2, 3_000));

        await _file.Logger.LoggedAsync<DamagedBlockException>(3006);
        Assert.Equal(3_000, _file.Total().Raw);
        Assert.Equal(2_999, _file.Clicks().Count);
    }

    [Fact]
    public void A_commit_is_on_the_disk_when_it_returns()
    {
        using var connection = new CountsDatabase(_file.Path, TimeProvider.System).Connect();

        // 2 is FULL: the log of the database is synced at each commit, so the clicks' own log may forget them.
        Assert.Equal(2, connection.Ask<long>("PRAGMA synchronous"));
    }

    [Fact]
    public void A_scan_ends_when_nobody_waits_for_it_any_more()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _file.Count(log.Slice(0, 1));
        _file.Count(log.Slice(1, 2));
        using var client = new CancellationTokenSource();
        var seen = 0;

        Assert.Throws<OperationCanceledException>(() => _file.Counts.Scan(
            new ClickScan { FromMs = 0, ToMs = long.MaxValue },
            (in StoredClick _) =>
            {
                seen++;
                client.Cancel();
            },
            client.Token));
        Assert.Equal(1, seen);
    }

    [Theory]
    [InlineData("click_hours")]
    [InlineData("click_days")]
    public void Links_of_a_span_of_time_are_found_by_time_not_by_reading_all_of_them(string table)
    {
        var query = new RollupQuery { FromHour = 0, ToHour = 24, Split = RollupSplit.Link };
        using var connection = new CountsDatabase(_file.Path, TimeProvider.System).Connect();
        using var explain = connection.CreateCommand();
        explain.CommandText = "EXPLAIN QUERY PLAN " + CountsReader.RollupSql(query, table);
        explain.Parameters.AddWithValue("@dimension", 0);
        explain.Parameters.AddWithValue("@from", 0);
        explain.Parameters.AddWithValue("@to", 24);
        using var reader = explain.ExecuteReader();
        var plan = new List<string>();
        while (reader.Read())
        {
            plan.Add(reader.GetString(3));
        }

        Assert.Contains($"SEARCH {table} USING PRIMARY KEY (dimension=? AND link_id=? AND bucket>? AND bucket<?)", plan);
        Assert.Contains($"SEARCH {table} USING COVERING INDEX {table}_by_time (bucket>? AND bucket<?)", plan);
    }

    [Fact]
    public void The_first_hour_of_some_links_is_the_earliest_of_theirs()
    {
        var noon = new TestClick().At;
        _file.Count(new TestLog().Add(new TestClick { Link = 3 }, new TestClick { Link = 1, At = noon.AddHours(5) }, new TestClick { Link = 2, At = noon.AddHours(3) }).Whole());

        var first = UtcBuckets.Hour(noon.ToUnixTimeMilliseconds());
        Assert.Equal(first + 3, _file.Counts.FirstHour([1, 2, 99]));
        Assert.Equal(first, _file.Counts.FirstHour(null));
        Assert.Null(_file.Counts.FirstHour([99]));
    }

    [Fact]
    public void A_file_of_a_newer_version_is_left_alone()
    {
        _file.Run("PRAGMA user_version = 99");

        var error = Assert.Throws<InvalidDataException>(() => SqliteClickCounts.Open(_file.Path, TimeProvider.System, NullLogger.Instance));
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_beyond_63_bits_are_refused_not_wrapped()
    {
        var batch = _file.Fold(new TestLog().Add(new TestClick()).Whole());
        _file.Counts.Commit(batch);
        _file.Run("UPDATE click_hours SET raw = 9223372036854775807, valid = 9223372036854775807");
        _file.Run("INSERT INTO click_hours SELECT dimension, link_id, bucket + 1, value, raw, valid, unique_visitors, head, prefetch, link_preview, bot, duplicate FROM click_hours");

        var hour = UtcBuckets.Hour(new TestClick().At.ToUnixTimeMilliseconds());
        Assert.Throws<CountsException>(() => _file.Rollup(new RollupQuery { FromHour = hour, ToHour = hour + 2 }));
    }
}
