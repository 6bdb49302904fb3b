using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>What is true of the counts in a file, and of its file.</summary>
public sealed class SqliteClickCountsTests : IDisposable
{
    private readonly CountsFile _file = new();

    public void Dispose() => _file.Dispose();

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

    [Theory]
    [InlineData("click_hours")]
    [InlineData("click_days")]
    public void Links_of_a_span_of_time_are_found_by_time_not_by_reading_all_of_them(string table)
    {
        var query = new RollupQuery { FromHour = 0, ToHour = 24, Split = RollupSplit.Link };
        using var connection = new CountsDatabase(_file.Path, TimeProvider.System).Connect();
        using var explain = connection.CreateCommand();
        explain.CommandText = "EXPLAIN QUERY PLAN " + CountsRollups.RollupSql(query, table);
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
