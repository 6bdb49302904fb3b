using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>What is true of single clicks and the quarantine, whichever engine keeps them.</summary>
public abstract class SingleClicksSuite : IAsyncLifetime
{
    private CountsRig _counts = null!;

    public async Task InitializeAsync() => _counts = await OpenAsync();

    public Task DisposeAsync()
    {
        _counts.Dispose();
        return Task.CompletedTask;
    }

    [EngineFact]
    public void Blocks_are_found_by_time_and_link()
    {
        var noon = new TestClick().At;
        var log = new TestLog();
        for (var i = 0; i < 3_000; i++)
        {
            log.Add(new TestClick { Link = 1 + (i / 1_000), Visitor = (ulong)i, At = noon.AddSeconds(i) });
        }

        _counts.Count(log.Cut([500, 1_500, 2_999]));
        _counts.Count(log.Slice(2_999, 3_000));

        var seen = new List<long>();
        _counts.Counts.Scan(
            new ClickScan { FromMs = noon.AddSeconds(900).ToUnixTimeMilliseconds(), ToMs = noon.AddSeconds(1_200).ToUnixTimeMilliseconds(), Links = new HashSet<long> { 2 } },
            (in StoredClick click) => seen.Add((click.Record.OccurredAtMs - noon.ToUnixTimeMilliseconds()) / 1_000));
        Assert.Equal(Enumerable.Range(1_000, 200).Select(i => (long)i), seen.Order());
    }

    [EngineFact]
    public void Forgetting_drops_old_clicks_and_keeps_their_counts()
    {
        var noon = new TestClick().At;
        var log = new TestLog().Add(new TestClick(), new TestClick { At = noon.AddDays(40) });
        _counts.Count(log.Slice(0, 1));
        _counts.Count(log.Slice(1, 2));

        Assert.Equal(new ForgottenClicks(1, 0), _counts.Counts.Forget(noon.AddDays(1)));

        Assert.Single(_counts.Clicks());
        Assert.Equal(2, _counts.Total().Raw);
        Assert.Equal(default, _counts.Counts.Forget(noon.AddDays(1)));
    }

    [EngineFact]
    public void What_cannot_be_read_goes_to_quarantine_with_its_bytes()
    {
        var unknown = new TestClick().ToBytes(1);
        unknown[0] = 200;
        var log = new TestLog().Add(new TestClick()).AddBytes(unknown).Add(new TestClick { Link = 0 }, new TestClick { Visitor = 2 });
        _counts.Count(log.Whole());

        Assert.Equal(2, _counts.Total().Raw);
        Assert.Equal(unknown, _counts.Quarantine()[0].Bytes);
        Assert.Equal([1, 1], _counts.Quarantine().Select(range => range.Missing));
        Assert.Equal(new LogProgress(log.Tail, 4, 2, 0, 2), Assert.Single(_counts.Counts.Positions()).Value);
    }

    [EngineFact]
    public void Damage_told_by_the_log_is_declared_once()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        var damage = new DamagedRange(TestLog.Begin + 8, TestLog.Begin + 16, 3, "checksum", new byte[] { 1, 2 });
        _counts.Count(log.Slice(0, 2, null, damage));
        _counts.Count(log.Slice(0, 2, null, damage));

        var range = Assert.Single(_counts.Quarantine());
        Assert.Equal((3, "checksum", 2), (range.Missing, range.Reason, range.Bytes.Length));
        Assert.Equal(new LogProgress(log.Tail, 7, 2, 2, 3), Assert.Single(_counts.Counts.Positions()).Value);
    }

    [EngineFact]
    public void Clicks_missing_before_the_first_of_a_slice_are_declared_once_too()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        var damage = new DamagedRange(log.Slice(1, 2).From, log.Slice(1, 2).From, 3, "Clicks are missing before this address.", default);
        _counts.Count(log.Slice(0, 1));
        _counts.Count(log.Slice(1, 2, null, damage));
        _counts.Count(log.Slice(1, 2, null, damage));
        _counts.Count(log.Slice(0, 3, null, damage));

        Assert.Equal(3, Assert.Single(_counts.Quarantine()).Missing);
        Assert.Equal(new LogProgress(log.Tail, 9, 3, 3, 3), Assert.Single(_counts.Counts.Positions()).Value);
    }

    [EngineFact]
    public void A_hole_between_slices_is_declared_and_counting_goes_on()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        _counts.Count(log.Slice(0, 1));
        _counts.Count(log.Slice(2, 3));

        var (first, last) = (log.Slice(0, 1), log.Slice(2, 3));
        var range = Assert.Single(_counts.Quarantine());
        Assert.Equal((first.To, last.From, 0), (range.From, range.To, range.Missing));
        Assert.Equal(2, _counts.Total().Raw);
    }

    [EngineFact]
    public void A_hole_that_the_first_slice_tells_of_is_declared()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _counts.Count(log.Slice(1, 2, previous: TestLog.Begin));

        Assert.Equal(TestLog.Begin, Assert.Single(_counts.Quarantine()).From);
    }

    [EngineFact]
    public void A_scan_ends_when_nobody_waits_for_it_any_more()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _counts.Count(log.Slice(0, 1));
        _counts.Count(log.Slice(1, 2));
        using var client = new CancellationTokenSource();
        var seen = 0;

        Assert.Throws<OperationCanceledException>(() => _counts.Counts.Scan(
            new ClickScan { FromMs = 0, ToMs = long.MaxValue },
            (in StoredClick _) =>
            {
                seen++;
                client.Cancel();
            },
            client.Token));
        Assert.Equal(1, seen);
    }

    [EngineFact]
    public void Counting_again_from_the_log_stores_the_same_clicks()
    {
        // Enough for several windows of addresses, in small batches with restarts between them.
        var log = new TestLog();
        for (var i = 0; i < 5_000; i++)
        {
            log.Add(new TestClick { Link = 1 + (i % 7), Visitor = (ulong)(i % 50), At = new TestClick().At.AddMinutes(i) });
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

        Assert.True(ClickPart.WindowOf(log.Tail) > 1, "The log does not fill several blocks.");
        Assert.Equal(again.Clicks(), _counts.Clicks());
    }

    private protected abstract Task<CountsRig> OpenAsync();
}
