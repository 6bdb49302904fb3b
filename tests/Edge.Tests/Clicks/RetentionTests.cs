using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

public sealed class RetentionTests
{
    private static readonly TimeSpan Expiry = TimeSpan.FromHours(2);

    [Fact]
    public async Task Segments_go_when_they_are_released_and_old_and_not_before()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var log = await rig.StartAsync();
        await WriteAsync(log, 0, 5_000);
        var folder = log.Epochs[0].Folder;
        var segments = Segments(folder);
        Assert.True(segments.Count >= 3);

        // Released, but young.
        var all = await LogRig.ReadAllAsync(log, release: false);
        var middle = all.Slices.First(slice => slice.To > LogRig.Small.SegmentSize);
        log.Source.Release(middle.End);
        log.ForgetExpired();
        Assert.Equal(segments, Segments(folder));

        // Old, but only the first was released to its end.
        clock.Advance(Expiry);
        log.ForgetExpired();
        Assert.Equal(segments.Skip(1), Segments(folder));
        LogRig.AssertBalanced(log);

        // Reading from the front begins where the log now begins; a position before that shows the gap.
        var rest = await LogRig.ReadAllAsync(log, release: false);
        Assert.Equal(LogRig.Small.SegmentSize, rest.Slices[0].From);
        Assert.Equal(0, rest.Missing);
        Assert.Empty(rest.Damaged);
        var behind = await LogRig.ReadAllAsync(log, [all.Slices[0].End], release: false);
        Assert.Equal(all.Slices[0].To, behind.Slices[0].Previous);
        Assert.Equal(LogRig.Small.SegmentSize, behind.Slices[0].From);

        // The log goes on being written and read, and a restart knows where it begins.
        await LogRig.RecordAsync(log, 5_000);
        await LogRig.StopAsync(log);
        var next = await rig.StartAsync();
        var after = await LogRig.ReadAllAsync(next, [middle.End]);
        Assert.Empty(after.Damaged);
        Assert.Equal(5_001, next.Figures.Take().Delivered);
        LogRig.AssertBalanced(next);
    }

    [Fact]
    public async Task A_log_that_was_counted_and_has_expired_is_deleted_and_the_figures_stay()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var first = await rig.StartAsync();
        await WriteAsync(first, 0, 1_000);
        await LogRig.StopAsync(first);
        var second = await rig.StartAsync();
        await LogRig.RecordAsync(second, 1_000);
        clock.Advance(Expiry);

        // Nothing has counted it yet, so nothing is deleted however old it is.
        second.ForgetExpired();
        Assert.Equal(2, second.Epochs.Count);

        // Now it is counted, and kept for as long from now on.
        await LogRig.ReadAllAsync(second);
        second.ForgetExpired();
        Assert.Equal(2, second.Epochs.Count);

        clock.Advance(Expiry);
        second.ForgetExpired();
        Assert.Single(second.Epochs);
        Assert.Single(EpochShelf.Folders(rig.Logs));
        AssertFigures(second);
        await LogRig.StopAsync(second);
        var third = await rig.StartAsync();
        AssertFigures(third);

        static void AssertFigures(ClickLog log)
        {
            var stats = log.Figures.Take();
            Assert.Equal((1_001, 1_001, 1_001, 0), (stats.Offered, stats.Appended, stats.Delivered, stats.Backlog));
        }
    }

    [Fact]
    public async Task A_log_whose_deletion_was_cut_short_is_not_counted_again()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var first = await rig.StartAsync();
        await WriteAsync(first, 0, 100);
        await LogRig.StopAsync(first);
        var second = await rig.StartAsync();
        await LogRig.ReadAllAsync(second);
        second.ForgetExpired();
        var folder = second.Epochs[0].Folder;
        var kept = Directory.EnumerateFiles(folder).ToDictionary(file => file, File.ReadAllBytes);
        clock.Advance(Expiry);
        second.ForgetExpired();
        await LogRig.StopAsync(second);

        Directory.CreateDirectory(folder);
        foreach (var (file, bytes) in kept)
        {
            File.WriteAllBytes(file, bytes);
        }

        var third = await rig.StartAsync();
        Assert.False(Directory.Exists(folder));
        Assert.Equal(100, third.Figures.Take().Appended);
        Assert.Empty((await LogRig.ReadAllAsync(third)).Numbers);
    }

    [Fact]
    public async Task A_log_that_could_not_be_opened_outlives_a_newer_one_and_is_read_at_the_next_start()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var first = await rig.StartAsync();
        await WriteAsync(first, 0, 100);
        await LogRig.StopAsync(first);
        var mark = Path.Combine(first.Epochs[0].Folder, EpochMark.FileName);
        File.Move(mark, mark + ".away");
        Directory.CreateDirectory(mark);

        // A newer log is counted and forgotten meanwhile.
        var second = await rig.StartAsync();
        await LogRig.RecordAsync(second, 100);
        await LogRig.StopAsync(second);
        var third = await rig.StartAsync();
        Assert.Equal([100], (await LogRig.ReadAllAsync(third)).Numbers);
        third.ForgetExpired();
        clock.Advance(Expiry);
        third.ForgetExpired();
        Assert.Single(third.Epochs);
        await LogRig.StopAsync(third);

        Directory.Delete(mark);
        File.Move(mark + ".away", mark);
        var fourth = await rig.StartAsync();

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), (await LogRig.ReadAllAsync(fourth)).Numbers);
        Assert.Equal((101, 101), (fourth.Figures.Take().Appended, fourth.Figures.Take().Delivered));
    }

    [Fact]
    public async Task Segments_that_an_earlier_pass_could_not_delete_go_with_the_next()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var log = await rig.StartAsync();
        await WriteAsync(log, 0, 5_000);
        await LogRig.ReadAllAsync(log);
        log.ForgetExpired();
        var orphan = LogShape.SegmentPath(log.Epochs[0].Folder, 0);
        var bytes = File.ReadAllBytes(orphan);
        clock.Advance(Expiry);
        log.ForgetExpired();
        Assert.False(File.Exists(orphan));

        File.WriteAllBytes(orphan, bytes);
        log.ForgetExpired();

        Assert.False(File.Exists(orphan));
        LogRig.AssertBalanced(log);
    }

    [Fact]
    public async Task Clicks_that_are_counted_late_are_kept_as_long_as_others()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var log = await rig.StartAsync();
        await WriteAsync(log, 0, 5_000);
        var segments = Segments(log.Epochs[0].Folder);
        clock.Advance(Expiry);

        await LogRig.ReadAllAsync(log);
        log.ForgetExpired();
        Assert.Equal(segments, Segments(log.Epochs[0].Folder));

        clock.Advance(Expiry);
        log.ForgetExpired();
        Assert.Equal(segments[^1..], Segments(log.Epochs[0].Folder));
    }

    [Fact]
    public async Task Clicks_of_an_edge_alone_expire_by_age_and_are_told_apart()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var first = await rig.StartAsync();
        first.ExpireUnread();
        await WriteAsync(first, 0, 5_000);
        first.ForgetExpired();
        Assert.Equal((0, 5_000), (first.Figures.Take().Expired, first.Figures.Take().Backlog));
        await LogRig.StopAsync(first);

        var second = await rig.StartAsync();
        second.ExpireUnread();
        clock.Advance(Expiry);
        second.ForgetExpired();

        Assert.Single(second.Epochs);
        Assert.Single(EpochShelf.Folders(rig.Logs));
        await LogRig.RecordAsync(second, 5_000);
        AssertFigures(second);
        await LogRig.StopAsync(second);
        AssertFigures(await rig.StartAsync());

        static void AssertFigures(ClickLog log)
        {
            var stats = log.Figures.Take();
            Assert.Equal((5_001, 5_000, 0, 1), (stats.Appended, stats.Expired, stats.Delivered, stats.Backlog));
        }
    }

    [Fact]
    public async Task A_log_that_is_written_loses_its_old_segments_when_nobody_reads_it()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var log = await rig.StartAsync();
        log.ExpireUnread();
        await WriteAsync(log, 0, 5_000);
        var segments = Segments(log.Epochs[0].Folder);
        File.SetLastWriteTimeUtc(LogShape.SegmentPath(log.Epochs[0].Folder, segments[^1]), (clock.GetUtcNow() + Expiry).UtcDateTime);
        clock.Advance(Expiry);

        log.ForgetExpired();

        Assert.Equal(segments[^1..], Segments(log.Epochs[0].Folder));
        LogRig.AssertBalanced(log);
        var stats = log.Figures.Take();
        Assert.Equal(5_000, stats.Expired + stats.Backlog);
        Assert.Equal(stats.Backlog, (await LogRig.ReadAllAsync(log)).Numbers.Count);
        await using var crashed = rig.Crash();
        Assert.Equal(stats.Expired, (await crashed.StartAsync()).Figures.Take().Expired);
    }

    [Fact]
    public async Task The_housekeeper_writes_down_what_was_released_each_second()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock };
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 100));
        await LogRig.ReadAllAsync(log);

        var deadline = TimeProvider.System.GetTimestamp();
        while (ReleasedOnDisk(log) < log.Epochs[0].Durable)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < Eventually.Limit);
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await using var crashed = rig.Crash();
        var next = await crashed.StartAsync();
        Assert.Equal(100, next.Figures.Take().Delivered);
        Assert.Equal(0, next.Figures.Take().Backlog);
    }

    [Fact]
    public async Task A_position_of_another_log_releases_nothing()
    {
        await using var rig = new LogRig();
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 10));
        var end = (await LogRig.ReadAllAsync(log, release: false)).Slices[^1].End;

        log.Source.Release(end with { Epoch = end.Epoch + 1 });
        log.Source.Release(end with { Edge = end.Edge + 1 });
        Assert.Equal(0, log.Figures.Take().Delivered);

        log.Source.Release(end);
        log.Source.Release(end with { Next = LogShape.First });
        Assert.Equal(10, log.Figures.Take().Delivered);
    }

    private static long ReleasedOnDisk(ClickLog log)
    {
        using var file = new ReleaseFile(log.Epochs[0].Folder, log.Epochs[0].Id, new LogDisk());
        return file.Released?.Address ?? 0;
    }

    private static List<int> Segments(string folder) => [.. EpochRecovery.Segments(folder).Select(found => found.Segment)];

    private static async Task WriteAsync(ClickLog log, int from, int count)
    {
        for (var i = from; i < from + count; i += 500)
        {
            await LogRig.RecordAsync(log, Enumerable.Range(i, Math.Min(500, from + count - i)), 120);
        }
    }
}
