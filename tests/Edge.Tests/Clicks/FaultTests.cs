using System.Diagnostics;
using System.IO.Enumeration;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Tests.Clicks;

public sealed class FaultTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(DiskAction.Write, "segment.*")]
    [InlineData(DiskAction.Sync, "segment.*")]
    [InlineData(DiskAction.Open, "segment.*")]
    [InlineData(DiskAction.Open, "mark")]
    [InlineData(DiskAction.Write, "mark")]
    [InlineData(DiskAction.Sync, "mark")]
    [InlineData(DiskAction.Open, "released")]
    [InlineData(DiskAction.Write, "released")]
    [InlineData(DiskAction.Sync, "released")]
    [InlineData(DiskAction.Sync, "probe")]
    [InlineData(DiskAction.SyncFolder, "*")]
    [InlineData(DiskAction.Replace, "edge.json")]
    public async Task A_failure_at_any_moment_loses_no_click_that_was_not_declared(object action, string name)
    {
        var hits = 0;
        for (var nth = 1; nth <= 12; nth++)
        {
            // Segments of 16 KiB: 300 clicks reach the fourth.
            var clock = new FakeClock(Start);
            await using var rig = new LogRig { Clock = clock, Shape = new LogShape(12, 14, 16) };
            var calls = 0;
            rig.Fault = (called, path) =>
            {
                if (called.Equals(action) && FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(path))
                    && Interlocked.Increment(ref calls) == nth)
                {
                    hits++;
                    throw new IOException("Input/output error");
                }
            };
            var log = await rig.StartAsync();
            for (var i = 0; i < 300; i++)
            {
                await LogRig.RecordAsync(log, i);
                if (i % 10 == 9)
                {
                    // A second: the mark and what was released are written, and a log that failed is replaced.
                    clock.Advance(TimeSpan.FromSeconds(1));
                    await AdvanceUntilAsync(clock, () => log.IsWritable);
                }
            }

            rig.Fault = null;
            Assert.True(log.IsWritable);
            var stats = log.Figures.Take();
            Assert.Equal(300, stats.Offered);
            Assert.InRange(stats.DroppedDeclared, 0, 10);
            await using var crashed = rig.Crash();
            await AssertHoldsAsync(log, stats);

            // What an edge finds that starts after a kill at this moment.
            var next = await crashed.StartAsync();
            await AssertHoldsAsync(next, next.Figures.Take());
            Assert.Equal(stats.Appended, next.Figures.Take().Appended);
            Assert.Equal(stats.DroppedDeclared, next.Figures.Take().DroppedDeclared);
        }

        Assert.NotEqual(0, hits);

        static async Task AssertHoldsAsync(ClickLog log, EdgeStats stats)
        {
            var reading = await LogRig.ReadAllAsync(log);
            Assert.Equal(stats.Appended, reading.Numbers.Count);
            Assert.Equal(reading.Numbers.Count, reading.Numbers.Distinct().Count());
            Assert.Equal(0, reading.Missing);
            LogRig.AssertBalanced(log, new LogShape(12, 14, 16));
            Assert.Equal(0, log.Figures.Take().Backlog);
        }
    }

    [Fact]
    public async Task A_log_that_fails_is_closed_with_all_its_clicks_though_it_cannot_be_read_then()
    {
        var clock = new FakeClock(Start);
        await using var rig = new LogRig { Clock = clock };
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 500));
        var segment = LogShape.SegmentPath(log.Epochs[0].Folder, 0);
        File.Move(segment, segment + ".away");
        Directory.CreateDirectory(segment);
        rig.Fault = (_, _) => throw new IOException("Input/output error");

        await LogRig.RecordAsync(log, 500);
        rig.Fault = null;
        clock.Advance(TimeSpan.FromSeconds(1));
        await AdvanceUntilAsync(clock, () => log.IsWritable);
        await LogRig.RecordAsync(log, 501);

        Directory.Delete(segment);
        File.Move(segment + ".away", segment);
        var stats = log.Figures.Take();
        Assert.Equal((502, 501, 1), (stats.Offered, stats.Appended, stats.DroppedDeclared));
        Assert.Equal(501, (await LogRig.ReadAllAsync(log)).Numbers.Count);
        Assert.Equal(0, log.Figures.Take().Backlog);
    }

    [Theory]
    [InlineData(DiskAction.Write)]
    [InlineData(DiskAction.Sync)]
    public async Task A_mark_that_cannot_be_written_for_a_while_gets_its_last_word_later(object action)
    {
        var clock = new FakeClock(Start);
        await using var rig = new LogRig { Clock = clock };
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 100));
        rig.Fault = (called, path) =>
        {
            if (called.Equals(action) && Path.GetFileName(path) == EpochMark.FileName)
            {
                throw new IOException("Input/output error");
            }
        };
        for (var i = 100; i < 150; i++)
        {
            await LogRig.RecordAsync(log, i);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        rig.Fault = null;
        await AdvanceUntilAsync(clock, () => log.IsWritable);
        await LogRig.RecordAsync(log, 150);

        var stats = log.Figures.Take();
        Assert.Equal(151, stats.Offered);
        Assert.InRange(stats.DroppedDeclared, 1, 50);
        LogRig.AssertBalanced(log);
        await using var crashed = rig.Crash();
        var next = await crashed.StartAsync();
        Assert.Equal((stats.Appended, stats.DroppedDeclared), (next.Figures.Take().Appended, next.Figures.Take().DroppedDeclared));
        Assert.Equal(stats.Appended, (await LogRig.ReadAllAsync(next)).Numbers.Distinct().Count());
    }

    [Fact]
    public async Task Concurrent_clicks_through_a_failure_are_each_recorded_or_declared()
    {
        var clock = new FakeClock(Start);
        await using var rig = new LogRig { Clock = clock };
        var syncs = 0;
        rig.Fault = (action, path) =>
        {
            if (action == DiskAction.Sync && IsSegment(path) && Interlocked.Increment(ref syncs) % 20 == 19)
            {
                throw new IOException("Input/output error");
            }
        };
        var log = await rig.StartAsync();
        var clicks = Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                await LogRig.RecordAsync(log, (t * 2_000) + i);
            }
        })));
        while (!clicks.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await clicks;
        await AdvanceUntilAsync(clock, () => log.IsWritable);

        var stats = log.Figures.Take();
        Assert.Equal(8_000, stats.Offered);
        Assert.True(stats.DroppedDeclared > 0);
        var reading = await LogRig.ReadAllAsync(log);
        Assert.Equal(8_000 - stats.DroppedDeclared, reading.Numbers.Distinct().Count());
        Assert.Equal(reading.Numbers.Count, reading.Numbers.Distinct().Count());
        Assert.Equal(0, reading.Missing);
        LogRig.AssertBalanced(log);
        Assert.Equal(0, log.Figures.Take().Backlog);
    }

    [Fact]
    public async Task A_disk_that_fails_from_the_start_does_not_stop_the_edge()
    {
        var clock = new FakeClock(Start);
        await using var rig = new LogRig { Clock = clock };
        rig.Fault = (_, _) => throw new IOException("No space left on device");
        var log = await rig.StartAsync();
        Assert.False(log.IsWritable);
        var health = await new ClickLogHealth(log).CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("No space left", health.Exception!.Message, StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(LogRig.RecordAsync(log, i).AsTask().IsCompletedSuccessfully);
        }

        rig.Fault = null;
        await AdvanceUntilAsync(clock, () => log.IsWritable);
        await LogRig.RecordAsync(log, 5);

        Assert.Equal(HealthStatus.Healthy, (await new ClickLogHealth(log).CheckHealthAsync(new HealthCheckContext())).Status);
        var stats = log.Figures.Take();
        Assert.Equal((6, 1, 5), (stats.Offered, stats.Appended, stats.DroppedDeclared));
        LogRig.AssertBalanced(log);

        // The first log that opened answers for them over restarts.
        await LogRig.StopAsync(log);
        var next = await rig.StartAsync();
        Assert.Equal(5, next.Figures.Take().DroppedDeclared);
        LogRig.AssertBalanced(next);
    }

    [Fact]
    public async Task A_click_that_waits_too_long_for_the_disk_is_answered_and_counted_as_such()
    {
        var clock = new FakeClock(Start);
        await using var rig = new LogRig { Clock = clock, DurableWait = TimeSpan.FromSeconds(2) };
        using var release = new ManualResetEventSlim();
        using var blocked = new ManualResetEventSlim();
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, 0);
        rig.Fault = (action, path) =>
        {
            if (action == DiskAction.Sync && IsSegment(path))
            {
                blocked.Set();
                release.Wait(Eventually.Limit);
            }
        };

        var committing = LogRig.RecordAsync(log, 1).AsTask();
        blocked.Wait();
        var collecting = new[] { LogRig.RecordAsync(log, 2).AsTask(), LogRig.RecordAsync(log, 3).AsTask() };
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(committing.IsCompleted);
        Assert.False(collecting[0].IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await committing;
        await Task.WhenAll(collecting);
        Assert.Equal(3, log.Figures.Take().AnsweredBeforeDurable);

        // Later clicks have their own time.
        var late = LogRig.RecordAsync(log, 4).AsTask();
        Assert.False(late.IsCompleted);
        release.Set();
        await late;

        Assert.Equal(3, log.Figures.Take().AnsweredBeforeDurable);
        var reading = await LogRig.ReadAllAsync(log);
        Assert.Equal([0, 1, 2, 3, 4], reading.Numbers);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_every_page_waits_for_the_disk_clicks_wait_or_are_declared(bool durable)
    {
        var clock = new FakeClock(Start);
        await using var rig = new LogRig { Clock = clock, Durable = durable, DurableWait = TimeSpan.FromSeconds(2) };
        using var release = new ManualResetEventSlim();
        var log = await rig.StartAsync();
        rig.Fault = (_, path) =>
        {
            if (IsSegment(path))
            {
                release.Wait(Eventually.Limit);
            }
        };

        // Memory holds 8 pages of 64 KiB: 6,000 clicks of 164 bytes do not fit.
        var clicks = Enumerable.Range(0, 6_000).Select(i => LogRig.RecordAsync(log, i).AsTask()).ToList();
        var declared = log.Figures.Take().DroppedDeclared;
        Assert.Equal(durable ? 0 : 6_000 - log.Figures.Take().Appended, declared);
        Assert.InRange(log.Figures.Take().Appended, 1_000, 5_999);

        release.Set();
        await Task.WhenAll(clicks);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        await LogRig.RecordAsync(log, 6_000);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        var stats = log.Figures.Take();
        Assert.True(durable ? stats.DroppedDeclared == 0 : stats.DroppedDeclared >= declared);
        Assert.Equal(6_001, stats.Offered);
        await LogRig.StopAsync(log);
        Assert.Equal(6_001 - stats.DroppedDeclared, (await LogRig.ReadAllAsync(await rig.StartAsync())).Numbers.Distinct().Count());
    }

    [Fact]
    public async Task Clicks_that_find_no_room_in_time_are_declared()
    {
        var clock = new FakeClock(Start);
        await using var rig = new LogRig { Clock = clock, DurableWait = TimeSpan.FromSeconds(2) };
        using var release = new ManualResetEventSlim();
        var log = await rig.StartAsync();
        rig.Fault = (_, path) =>
        {
            if (IsSegment(path))
            {
                release.Wait(Eventually.Limit);
            }
        };
        var clicks = Enumerable.Range(0, 6_000).Select(i => LogRig.RecordAsync(log, i).AsTask()).ToList();
        var appended = log.Figures.Take().Appended;

        while (!clicks.TrueForAll(click => click.IsCompleted))
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        await Task.WhenAll(clicks);
        var stats = log.Figures.Take();
        Assert.Equal(appended, stats.Appended);
        Assert.Equal(6_000 - appended, stats.DroppedDeclared);
        Assert.Equal(appended, stats.AnsweredBeforeDurable);
        release.Set();
        await log.StopAsync(default);
        LogRig.AssertBalanced(log);
    }

    [SkippableRootFact]
    public async Task A_full_disk_is_declared_exactly_and_recording_resumes_when_there_is_room()
    {
        using var disk = new SmallDisk(megabytes: 4);
        var clock = new FakeClock(Start);
        await using var rig = new LogRig(Path.Combine(disk.Path, "data")) { Clock = clock };
        var ballast = Path.Combine(disk.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[2 * 1024 * 1024]);
        var log = await rig.StartAsync();
        var number = 0;
        while (log.IsWritable)
        {
            await LogRig.RecordAsync(log, Enumerable.Range(number, 100), 250);
            number += 100;
        }

        // Redirects go on: nobody waits, everything is declared.
        for (var i = 0; i < 50; i++)
        {
            Assert.True(LogRig.RecordAsync(log, number++).AsTask().IsCompletedSuccessfully);
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.False(log.IsWritable);
        File.Delete(ballast);
        await AdvanceUntilAsync(clock, () => log.IsWritable);
        await LogRig.RecordAsync(log, Enumerable.Range(number, 100));
        number += 100;

        var stats = log.Figures.Take();
        Assert.Equal(number, stats.Offered);
        Assert.InRange(stats.DroppedDeclared, 51, 150);
        await LogRig.StopAsync(log);
        var next = await rig.StartAsync();
        var reading = await LogRig.ReadAllAsync(next);
        Assert.Equal(number - stats.DroppedDeclared, reading.Numbers.Distinct().Count());
        Assert.Equal(0, reading.Missing);
        Assert.Equal(stats.DroppedDeclared, next.Figures.Take().DroppedDeclared);
        Assert.Equal(Enumerable.Range(number - 100, 100).Select(i => (long)i), reading.Numbers[^100..]);
        LogRig.AssertBalanced(next);
    }

    private static bool IsSegment(string path) => Path.GetFileName(path).StartsWith("segment.", StringComparison.Ordinal);

    /// <summary>Moves the clock second by second until the log's own thread has done what it does each second.</summary>
    private static async Task AdvanceUntilAsync(FakeClock clock, Func<bool> condition)
    {
        var deadline = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(deadline.Elapsed < Eventually.Limit, "It did not come about.");
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
