using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Clicks;

public sealed class ClickLogTests
{
    [Fact]
    public async Task A_click_is_read_back_as_it_was_recorded()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();

        await LogRig.RecordAsync(log, 4711);

        var reading = await LogRig.ReadAllAsync(log);
        var entry = reading.Slices.Single().GetEnumerator();
        Assert.True(entry.MoveNext());
        Assert.True(ClickCodec.TryRead(entry.Current.Click, out var click));
        Assert.Equal(4711, click.OccurredAtMs);
        Assert.Equal(new ClickToken(4711, 4711), click.Token);
        Assert.Equal(4711UL, click.VisitorHash);
        Assert.StartsWith("4711u", System.Text.Encoding.ASCII.GetString(click.UserAgent), StringComparison.Ordinal);
        Assert.Equal("en-US"u8, click.Language);
        Assert.Equal(log.EdgeId, reading.Slices[0].Edge);
    }

    [Fact]
    public async Task Clicks_of_many_pages_and_segments_come_in_order()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();

        // Lengths from 0 to 256 leave every kind of rest at the ends of pages.
        for (var i = 0; i < 10_000; i++)
        {
            await RecordWithRoomAsync(log, i, i % 257);
        }

        await LogRig.RecordAsync(log, 10_000);
        var reading = await LogRig.ReadAllAsync(log);
        Assert.Equal(Enumerable.Range(0, 10_001).Select(i => (long)i), reading.Numbers);
        Assert.Empty(reading.Damaged);
        Assert.True(EpochRecovery.Segments(log.Epochs[0].Folder).Count() >= 4);
        LogRig.AssertBalanced(log);
        Assert.Equal(0, log.Figures.Take().Backlog);
        Assert.Equal(10_001, log.Figures.Take().Delivered);
    }

    [Fact]
    public async Task Clicks_of_eight_threads_are_all_read_once()
    {
        await using var rig = new LogRig { Shape = LogShape.Default };
        var log = await rig.StartAsync();

        var reader = Task.Run(async () =>
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            var reading = new Reading();
            await foreach (var slice in log.Source.ReadAsync([], deadline.Token))
            {
                reading.Add(slice);
                log.Source.Release(slice.End);
                if (reading.Numbers.Count == 160_000)
                {
                    break;
                }
            }

            return reading;
        });
        var threads = Enumerable.Range(0, 8).Select(t => Task.Factory.StartNew(
            () =>
            {
                var last = ValueTask.CompletedTask;
                for (var i = 0; i < 20_000; i++)
                {
                    last = LogRig.RecordAsync(log, (t * 20_000) + i, 40);
                }

                return last.AsTask();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap());
        await Task.WhenAll(threads);

        var reading = await reader;
        Assert.Equal(160_000, reading.Numbers.Distinct().Count());
        Assert.Equal(160_000, reading.Numbers.Count);
        Assert.Empty(reading.Damaged);
        LogRig.AssertBalanced(log, LogShape.Default);
        Assert.Equal(0, log.Figures.Take().Backlog);
    }

    [Fact]
    public async Task Threads_that_come_and_go_share_few_lanes()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();

        for (var i = 0; i < 200; i++)
        {
            var number = i;
            var thread = new Thread(() => LogRig.RecordAsync(log, number).AsTask().GetAwaiter().GetResult());
            thread.Start();
            thread.Join();
            if (i % 20 == 19)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        var reading = await LogRig.ReadAllAsync(log);
        Assert.Equal(200, reading.Numbers.Distinct().Count());
        Assert.Empty(reading.Damaged);
    }

    [Fact]
    public async Task A_new_start_opens_a_new_log_and_the_old_one_is_read_first()
    {
        await using var rig = new LogRig();
        var first = await rig.StartAsync();
        await LogRig.RecordAsync(first, Enumerable.Range(0, 100));
        var (edge, boot) = (first.EdgeId, first.Boot);
        await LogRig.StopAsync(first);

        var second = await rig.StartAsync();
        await LogRig.RecordAsync(second, Enumerable.Range(100, 100));

        var reading = await LogRig.ReadAllAsync(second);
        Assert.Equal(edge, second.EdgeId);
        Assert.Equal(boot + 1, second.Boot);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), reading.Numbers);
        Assert.Equal(2, reading.Ends.Count);
        Assert.Equal(200, second.Figures.Take().Appended);
        LogRig.AssertBalanced(second);
    }

    [Fact]
    public async Task Reading_goes_on_behind_the_given_positions()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 1_000));
        var first = await LogRig.ReadAllAsync(log, release: false);
        var middle = first.Slices[0];
        Assert.True(first.Slices.Count > 1);

        var rest = await LogRig.ReadAllAsync(log, [middle.End]);

        Assert.Equal(first.Numbers.Skip(middle.Count), rest.Numbers);
        Assert.Equal(middle.To, rest.Slices[0].From);
        Assert.Equal(middle.To, rest.Slices[0].Previous);

        // What a position covers has been stored by its owner, so it counts as delivered though it was never released.
        Assert.Equal(1_000, log.Figures.Take().Delivered);
        LogRig.AssertBalanced(log);
    }

    [Fact]
    public async Task A_killed_process_leaves_every_answered_click_behind()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 500));

        await using var crashed = rig.Crash();
        var next = await crashed.StartAsync();
        await LogRig.RecordAsync(next, 500);

        var reading = await LogRig.ReadAllAsync(next);
        Assert.Equal(Enumerable.Range(0, 501).Select(i => (long)i), reading.Numbers);
        Assert.Empty(reading.Damaged);
        Assert.Equal(501, next.Figures.Take().Delivered);
        LogRig.AssertBalanced(next);
    }

    [Fact]
    public async Task What_was_released_before_a_crash_is_counted_as_delivered_once()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 1_000));
        var reading = await LogRig.ReadAllAsync(log);
        var positions = reading.Positions;
        await LogRig.StopAsync(log);

        var next = await rig.StartAsync();
        var again = await LogRig.ReadAllAsync(next, positions);
        Assert.Empty(again.Numbers);
        Assert.Equal(1_000, next.Figures.Take().Delivered);

        // The counts were deleted and are rebuilt: everything comes again, and the figures do not move.
        var rebuilt = await LogRig.ReadAllAsync(next);
        Assert.Equal(reading.Numbers, rebuilt.Numbers);
        Assert.Equal(1_000, next.Figures.Take().Delivered);
        LogRig.AssertBalanced(next);
    }

    [Fact]
    public async Task Buffered_clicks_are_committed_by_the_interval()
    {
        var clock = new FakeClock(DateTimeOffset.UnixEpoch);
        await using var rig = new LogRig { Durable = false, Clock = clock };
        var log = await rig.StartAsync();

        var recorded = LogRig.RecordAsync(log, 1);
        Assert.True(recorded.IsCompletedSuccessfully);
        Assert.Equal(LogShape.First, log.Epochs[0].Durable);

        clock.Advance(TimeSpan.FromMilliseconds(50));
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        await foreach (var slice in log.Source.ReadAsync([], deadline.Token))
        {
            Assert.Equal(1, slice.Count);
            break;
        }
    }

    [Fact]
    public async Task A_second_process_is_told_that_the_folder_is_in_use()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();

        var error = Assert.Throws<IOException>(() => new ClickLog(rig.Settings, TimeProvider.System, rig.Logger, rig.Shape, null));

        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
        Assert.Contains("LinkTracker__Data", error.Message, StringComparison.Ordinal);
        await LogRig.RecordAsync(log, 1);
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_not_blamed_on_another_process()
    {
        var folder = Directory.CreateTempSubdirectory("lock-").FullName;
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "edge")).FullName, "lock");
        File.CreateSymbolicLink(path, path);

        var settings = new Settings { Data = folder };
        var error = Assert.ThrowsAny<IOException>(() => new ClickLog(settings, TimeProvider.System, NullLogger.Instance, LogRig.Small, null));

        Assert.DoesNotContain("another process", error.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_stopped_log_declares_what_still_comes()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, 1);

        await log.StopAsync(default);
        await LogRig.RecordAsync(log, 2);

        var stats = log.Figures.Take();
        Assert.Equal((2, 1, 1), (stats.Offered, stats.Appended, stats.DroppedDeclared));
    }

    [Fact]
    public async Task Clicks_that_race_with_the_stop_are_each_answered_and_recorded_or_declared()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var rig = new LogRig();
            var log = await rig.StartAsync();
            var clicks = Enumerable.Range(0, 3).Select(t => Task.Run(async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await LogRig.RecordAsync(log, (t * 200) + i);
                }
            })).ToArray();
            await LogRig.RecordAsync(log, 600);
            await LogRig.StopAsync(log);
            await Task.WhenAll(clicks);

            var stats = log.Figures.Take();
            Assert.Equal(601, stats.Offered);
            LogRig.AssertBalanced(log);
            var reading = await LogRig.ReadAllAsync(await rig.StartAsync());
            Assert.Equal(stats.Appended, reading.Numbers.Distinct().Count());
        }
    }

    private static async Task RecordWithRoomAsync(ClickLog log, int number, int agentLength)
    {
        var recorded = LogRig.RecordAsync(log, number, Math.Max(agentLength, 1));
        if (number % 500 == 0)
        {
            await recorded;
        }
    }
}
