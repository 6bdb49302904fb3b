using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class PostgresClicksTests : IAsyncLifetime
{
    private CountsServer _server = null!;

    public async Task InitializeAsync() => _server = await CountsServer.CreateAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [FactWith(Need.Postgres)]
    public void Blocks_are_sealed_when_the_log_has_moved_on_and_found_by_time_and_link()
    {
        var noon = new TestClick().At;
        CountBlocks(3_000, i => new TestClick { Link = 1 + (i / 1_000), Visitor = (ulong)i, At = noon.AddSeconds(i) });

        Assert.Equal(["0|2", "1|2"], _server.Query("SELECT sealed, COUNT(*) FROM click_blocks GROUP BY sealed ORDER BY 1"));
        Assert.Equal(3_000, _server.AllClicks().Count);
        Assert.Equal(
            Enumerable.Range(1_000, 200),
            Seen(new ClickScan { FromMs = Ms(noon.AddSeconds(900)), ToMs = Ms(noon.AddSeconds(1_200)), Links = new HashSet<long> { 2 } }));
        Assert.Equal(
            Enumerable.Range(0, 100),
            Seen(new ClickScan { FromMs = 0, ToMs = Ms(noon.AddSeconds(100)), Hours = new HashSet<long> { UtcBuckets.Hour(Ms(noon)) } }));
        Assert.Empty(Seen(new ClickScan { FromMs = 0, ToMs = long.MaxValue, Hours = new HashSet<long> { UtcBuckets.Hour(Ms(noon)) + 1 } }));
    }

    [FactWith(Need.Postgres)]
    public void A_scan_visits_block_by_block_in_either_direction_until_it_has_enough()
    {
        var noon = new TestClick().At;
        CountBlocks(3_000, i => new TestClick { Visitor = (ulong)i, At = noon.AddSeconds(i) });
        var all = new ClickScan { FromMs = 0, ToMs = long.MaxValue };

        var oldestFirst = Seen(all, sorted: false);
        Assert.Equal(Enumerable.Range(0, 3_000), oldestFirst);
        var newestFirst = Seen(all with { NewestFirst = true }, sorted: false);
        Assert.Equal(oldestFirst, newestFirst.Order());
        Assert.Equal(2_999, newestFirst[0]);
        Assert.True(newestFirst[^1] < 1_500);

        // The first block ends the scan's patience for those that begin behind its beginning.
        var some = Seen(all with { IsEnough = ms => ms > Ms(noon) });
        Assert.InRange(some.Count, 1, 1_500);
        Assert.Equal(0, some[0]);
    }

    [FactWith(Need.Postgres)]
    public void A_scan_goes_on_over_more_blocks_than_are_looked_at_in_one_go()
    {
        for (var epoch = 1UL; epoch <= 600; epoch++)
        {
            _server.Count(new TestLog(epoch: epoch).Add(new TestClick { Visitor = epoch, At = new TestClick().At.AddSeconds(epoch) }).Whole());
        }

        Assert.Equal(Enumerable.Range(1, 600), Seen(new ClickScan { FromMs = 0, ToMs = long.MaxValue }, sorted: false));
    }

    [FactWith(Need.Postgres)]
    public void A_scan_ends_when_nobody_waits_for_it_any_more()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _server.Count(log.Slice(0, 1));
        _server.Count(log.Slice(1, 2));
        using var client = new CancellationTokenSource();
        var seen = 0;

        Assert.Throws<OperationCanceledException>(() => _server.Clicks.Scan(
            new ClickScan { FromMs = 0, ToMs = long.MaxValue },
            (in StoredClick _) =>
            {
                seen++;
                client.Cancel();
            },
            client.Token));
        Assert.Equal(1, seen);
    }

    [FactWith(Need.Postgres)]
    public void Forgetting_drops_old_clicks_and_keeps_their_counts()
    {
        var noon = new TestClick().At;
        var log = new TestLog().Add(new TestClick(), new TestClick { At = noon.AddDays(40) });
        _server.Count(log.Slice(0, 1));
        _server.Count(log.Slice(1, 2));

        Assert.Equal(new ForgottenClicks(1, 0), _server.Clicks.Forget(noon.AddDays(1)));

        Assert.Single(_server.AllClicks());
        Assert.Equal(2, _server.Total().Raw);
        Assert.Equal(default, _server.Clicks.Forget(noon.AddDays(1)));
    }

    [FactWith(Need.Postgres)]
    public void Forgetting_waits_for_no_counter_and_forgets_more_than_one_portion()
    {
        for (var epoch = 1UL; epoch <= 250; epoch++)
        {
            _server.Count(new TestLog(epoch: epoch).Add(new TestClick { Visitor = epoch }).Whole());
        }

        using (_server.Hold("SELECT * FROM click_blocks WHERE epoch = 1 FOR UPDATE"))
        {
            Assert.Equal(new ForgottenClicks(249, 0), _server.Clicks.Forget(new TestClick().At.AddDays(1)));
        }

        Assert.Equal(new ForgottenClicks(1, 0), _server.Clicks.Forget(new TestClick().At.AddDays(1)));
    }

    [FactWith(Need.Postgres)]
    public void What_cannot_be_read_goes_to_quarantine_with_its_bytes_in_pages_and_is_forgotten()
    {
        var unknown = new TestClick().ToBytes(1);
        unknown[0] = 200;
        var log = new TestLog().Add(new TestClick()).AddBytes(unknown).Add(new TestClick { Link = 0 }, new TestClick { Visitor = 2 });
        _server.Count(log.Whole());

        Assert.Equal(2, _server.Total().Raw);
        Assert.Equal(unknown, _server.Quarantine()[0].Bytes);
        Assert.Equal([(1, QuarantineKind.Click), (1, QuarantineKind.Click)], _server.Quarantine().Select(range => ((int)range.Missing, range.Kind)));
        Assert.Equal(new LogProgress(log.Tail, 4, 2, 0, 2), Assert.Single(_server.Counts.Read(0)!.Logs).Value);
        Assert.Equal(unknown, Assert.Single(_server.Clicks.Quarantine(1, 1)).Range.Bytes);
        var first = Assert.Single(_server.Clicks.Replayable(0, 0, 1));
        Assert.Equal(2, Assert.Single(_server.Clicks.Replayable(0, first.Id, 10)).Id);
        Assert.Empty(_server.Clicks.Replayable(1, 0, 10));

        Assert.Equal(new ForgottenClicks(0, 2), _server.Clicks.Forget(DateTimeOffset.FromUnixTimeMilliseconds(first.AtMs).AddDays(1)) with { Blocks = 0 });
        Assert.Empty(_server.Clicks.Replayable(0, 0, 10));
        Assert.Equal(2, _server.Quarantine().Count);
    }

    [TheoryWith(Need.Postgres)]
    [InlineData("'\\xffffffffffffffff'")]
    [InlineData("'\\x0badc0de'")]
    [InlineData("''")]
    [InlineData("substr(data, 1, length(data) / 2)")]
    public async Task A_damaged_block_is_declared_and_the_others_are_read(string damaged)
    {
        CountBlocks(3_000, i => new TestClick { Visitor = (ulong)i });
        _server.Run($"UPDATE click_blocks SET data = {damaged} WHERE id = (SELECT MIN(id) FROM click_blocks WHERE sealed = 1)");

        Assert.InRange(_server.AllClicks().Count, 1, 2_999);
        await _server.ClicksLogger.LoggedAsync<DamagedBlockException>(3006);
        Assert.Equal(3_000, _server.Total().Raw);
    }

    [TheoryWith(Need.Postgres)]
    [InlineData("'\\x0badc0de'")]
    [InlineData("''")]
    public async Task Counting_goes_on_over_an_open_block_that_cannot_be_read(string damaged)
    {
        var log = new TestLog();
        for (var i = 0; i < 3_000; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i });
        }

        _server.Count(log.Slice(0, 1));
        _server.Count(log.Slice(1, 2));
        _server.Run($"UPDATE click_blocks SET data = {damaged} WHERE id = (SELECT MIN(id) FROM click_blocks)");

        _server.TakeOver();
        _server.Count(log.Slice(2, 3_000));

        await _server.CountsLogger.LoggedAsync<DamagedBlockException>(3006);
        Assert.Equal(3_000, _server.Total().Raw);
        Assert.Equal(2_999, _server.AllClicks().Count);
    }

    // In four batches, over several windows of addresses.
    private void CountBlocks(int clicks, Func<int, TestClick> click)
    {
        var log = new TestLog();
        for (var i = 0; i < clicks; i++)
        {
            log.Add(click(i));
        }

        Assert.Equal(2, ClickPart.WindowOf(log.Tail));
        foreach (var slice in log.Cut([500, 1_500, clicks - 1]))
        {
            _server.Count(slice);
        }
    }

    // By the seconds since noon at which they happened.
    private List<int> Seen(ClickScan scan, bool sorted = true)
    {
        var seen = new List<int>();
        _server.Clicks.Scan(scan, (in StoredClick click) => seen.Add((int)((click.Record.OccurredAtMs - Ms(new TestClick().At)) / 1_000)));
        return sorted ? [.. seen.Order()] : seen;
    }

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
