using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

public sealed class DamageTests
{
    [Fact]
    public async Task Every_flipped_bit_is_noticed_and_costs_at_most_its_own_click()
    {
        await using var log = await WrittenLog.CreateAsync(1_000);
        var random = new Random(20261123);

        for (var round = 0; round < 2_500; round++)
        {
            var address = random.NextInt64(LogShape.First, log.Mark.Durable);
            var (segment, offset) = WrittenLog.Place(address);
            var flipped = (byte)(log.Segments[segment][offset] ^ (1 << random.Next(8)));
            log.Overwrite(address, [flipped]);

            var (found, damaged) = log.Scan();

            var missing = Enumerable.Range(0, log.Count).Except(found).ToList();
            var hit = log.Starts.FindLastIndex(start => start <= address);
            Assert.True(damaged.Count > 0, $"Round {round}: the flip at {address} was not noticed.");
            Assert.True(missing.Count == 0 || missing.SequenceEqual([hit]), $"Round {round}: more than click {hit} is gone.");
            Assert.Equal(missing.Count, damaged.Sum(range => range.Missing));
            Assert.Contains(damaged, range => range.From <= address && address < range.To);
            log.Overwrite(address, [log.Segments[segment][offset]]);
        }
    }

    [Fact]
    public async Task Missing_clicks_are_told_at_the_same_place_wherever_slices_are_cut()
    {
        await using var rig = new LogRig();
        var written = await rig.StartAsync();
        await LogRig.RecordAsync(written, Enumerable.Range(0, 500));
        await LogRig.StopAsync(written);
        using (var file = File.OpenHandle(LogShape.SegmentPath(Directory.GetDirectories(rig.Logs).Single(), 0), FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, new byte[1_000], 20_000);
        }

        var log = await rig.StartAsync();
        var all = await LogRig.ReadAllAsync(log, release: false);
        var damage = Assert.Single(all.Damaged, range => range.From < range.To);
        var missing = all.Damaged.Where(range => range.Missing > 0).ToList();
        Assert.NotEmpty(missing);

        // The damage was at the end of a slice, and the log is read again from there.
        var behind = await LogRig.ReadAllAsync(log, [new ClickPosition(0, log.EdgeId, log.Epochs[0].Id, damage.To)], release: false);
        Assert.Equal(missing, behind.Damaged);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public async Task A_zeroed_block_costs_the_clicks_it_touches(int size)
    {
        await using var log = await WrittenLog.CreateAsync(3_000);
        var segments = log.Segments.Length;
        Assert.True(segments >= 2);

        for (var block = 0L; block < log.Mark.Durable / size; block += size == 512 ? 37 : 5)
        {
            log.Overwrite(block * size, new byte[size]);

            var (found, damaged) = log.Scan();

            AssertOnlyTouched(log, block * size, (block + 1) * size, found, damaged.Sum(range => range.Missing));
            Assert.NotEmpty(damaged);
            log.Restore();
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4_096)]
    public async Task Blocks_that_changed_places_cost_the_clicks_they_touch(int size)
    {
        await using var log = await WrittenLog.CreateAsync(1_000);
        log.Overwrite(8_192, log.Segments[0].AsSpan(32_768, size));
        log.Overwrite(32_768, log.Segments[0].AsSpan(8_192, size));

        var (found, damaged) = log.Scan();

        // An entry at the edge of a block may get the same bytes back.
        var now = File.ReadAllBytes(log.SegmentPath(0));
        bool IsSame(int i) => WrittenLog.Place(log.Starts[i]) is not (0, var offset)
            || log.Segments[0].AsSpan(offset..(int)ContentEnd(log, log.Starts[i])).SequenceEqual(now.AsSpan(offset..(int)ContentEnd(log, log.Starts[i])));
        Assert.Equal(Enumerable.Range(0, log.Count).Where(IsSame), found);
        Assert.InRange(log.Count - found.Count, 2 * size / 300, 2 * ((size / 100) + 2));
        Assert.Equal(log.Count - found.Count, damaged.Sum(range => range.Missing));
    }

    [Fact]
    public async Task Segments_that_changed_places_cost_their_own_clicks()
    {
        await using var log = await WrittenLog.CreateAsync(6_000);
        Assert.True(log.Segments.Length >= 4);
        File.WriteAllBytes(log.SegmentPath(0), log.Segments[2]);
        File.WriteAllBytes(log.SegmentPath(2), log.Segments[0]);

        var (found, damaged) = log.Scan();

        var kept = Enumerable.Range(0, log.Count).Where(i => LogRig.Small.SegmentOf(log.Starts[i]) is not (0 or 2));
        Assert.Equal(kept, found);
        Assert.Equal(log.Count - found.Count, damaged.Sum(range => range.Missing));
    }

    [Theory]
    [InlineData(8_192, 32_768)]
    [InlineData(32_768, 8_192)]
    public async Task A_block_that_stands_there_twice_is_counted_once(int from, int to)
    {
        await using var log = await WrittenLog.CreateAsync(1_000);
        log.Overwrite(to, log.Segments[0].AsSpan(from, 4_096));

        var (found, damaged) = log.Scan();

        AssertOnlyTouched(log, to, to + 4_096, found, damaged.Sum(range => range.Missing));
    }

    [Fact]
    public async Task Wherever_the_files_are_cut_every_click_before_is_read_and_the_rest_declared()
    {
        await using var log = await WrittenLog.CreateAsync(1_000);
        var last = log.Starts[^1];
        var page = log.Starts.First(start => start >= LogRig.Small.PageSize);

        // Nothing left, inside the reserved front, each byte of an entry's frame, inside clicks, at page ends, the last click.
        var cuts = new List<long> { 0, 1, 63, 64, 65, page - 1, page, page + 1, last, last + 11, last + 12, last + 40, log.Mark.Durable - 1 };
        cuts.AddRange(Enumerable.Range(0, 140).Select(i => log.Starts[500] + i));
        foreach (var cut in cuts)
        {
            log.Restore();
            Cut(log, cut);

            var (found, damaged) = log.Scan();

            // The zeros that align an entry may be cut off without harm.
            var whole = log.Starts.Count(start => ContentEnd(log, start) <= cut);
            Assert.Equal(Enumerable.Range(0, whole), found);
            Assert.Equal(log.Count - whole, damaged.Sum(range => range.Missing));
            Assert.Equal(whole < log.Count, damaged.Count > 0 && damaged[^1].To == log.Mark.Durable);
        }
    }

    [Fact]
    public async Task A_deleted_segment_is_declared_with_the_exact_number_of_its_clicks()
    {
        await using var log = await WrittenLog.CreateAsync(5_000);
        Assert.True(log.Segments.Length >= 3);
        File.Delete(log.SegmentPath(1));

        var (reading, stats) = await log.StartAndReadAsync();

        var lost = log.Starts.Count(start => LogRig.Small.SegmentOf(start) == 1);
        Assert.Equal(lost, reading.Missing);
        Assert.Equal(log.Count + 1 - lost, reading.Numbers.Distinct().Count());
        Assert.Equal(lost, stats.Quarantined);
        Assert.Equal(0, stats.Backlog);
        Assert.Equal(log.Count + 1, stats.Appended);
    }

    [Fact]
    public async Task Deleted_segments_never_make_an_empty_log()
    {
        await using var log = await WrittenLog.CreateAsync(1_000);
        File.Delete(log.SegmentPath(0));

        var (reading, stats) = await log.StartAndReadAsync();

        Assert.Equal([log.Count], reading.Numbers);
        Assert.Equal(log.Count, reading.Missing);
        Assert.Equal(log.Count, stats.Quarantined);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_mark_costs_no_click(bool isDeleted)
    {
        await using var log = await WrittenLog.CreateAsync(1_000, close: false);
        var path = Path.Combine(log.Folder, EpochMark.FileName);
        if (isDeleted)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllBytes(path, new byte[2 * EpochMark.SlotLength]);
        }

        var (reading, _) = await log.StartAndReadAsync();

        Assert.Equal(Enumerable.Range(0, log.Count + 1).Select(i => (long)i), reading.Numbers);
        Assert.Equal(0, reading.Missing);
    }

    [Fact]
    public async Task Without_the_mark_unreadable_bytes_at_the_end_are_shown()
    {
        await using var log = await WrittenLog.CreateAsync(1_000, close: false);
        File.Delete(Path.Combine(log.Folder, EpochMark.FileName));
        log.Overwrite(log.Starts[^1] + 30, [0xFF, 0xFE, 0xFD]);

        var (reading, _) = await log.StartAndReadAsync();

        Assert.Equal(log.Count, reading.Numbers.Count);
        Assert.Contains(reading.Damaged, range => range.From == log.Starts[^1] && !range.Bytes.IsEmpty);
    }

    [Fact]
    public async Task A_torn_slot_of_the_mark_leaves_the_one_before()
    {
        await using var log = await WrittenLog.CreateAsync(1_000, close: false);
        var path = Path.Combine(log.Folder, EpochMark.FileName);
        var bytes = File.ReadAllBytes(path);
        for (var slot = 0; slot < 2; slot++)
        {
            var torn = bytes.ToArray();
            torn[(slot * EpochMark.SlotLength) + 40] ^= 1;
            File.WriteAllBytes(path, torn);
            Assert.InRange(log.ReadMark().Durable, LogShape.First, log.Mark.Durable);
        }

        var (reading, _) = await log.StartAndReadAsync();
        Assert.Equal(log.Count + 1, reading.Numbers.Count);
    }

    [Fact]
    public async Task Clicks_behind_the_mark_are_read_after_a_crash_and_a_torn_end_is_not_damage()
    {
        await using var log = await WrittenLog.CreateAsync(1_000, close: false);

        // As if the process had died after writing, before marking: and in the middle of one more write.
        log.WriteMark(log.Mark with { Durable = log.Starts[700], Total = 700 });
        log.Overwrite(log.Mark.Durable, [1, 2, 3, 4, 5, 6, 7, 8, 90, 0, 0, 0, 0xC5, 1, 0, 0]);

        var (reading, stats) = await log.StartAndReadAsync();

        Assert.Equal(Enumerable.Range(0, log.Count + 1).Select(i => (long)i), reading.Numbers);
        Assert.Empty(reading.Damaged);
        Assert.Equal(log.Count + 1, stats.Delivered);
    }

    [Fact]
    public async Task A_segment_that_cannot_be_opened_this_time_is_not_given_up()
    {
        await using var written = await WrittenLog.CreateAsync(3_000);
        File.Delete(written.SegmentPath(1));
        Directory.CreateDirectory(written.SegmentPath(1));

        await written.StartAndReadAsync(TimeProvider.System, async log =>
        {
            await Assert.ThrowsAsync<UnauthorizedAccessException>(() => LogRig.ReadAllAsync(log));
            var quarantined = log.Figures.Take().Quarantined;
            Directory.Delete(written.SegmentPath(1));
            written.Restore();

            var reading = await LogRig.ReadAllAsync(log);

            Assert.Equal(0, quarantined);
            Assert.Empty(reading.Damaged);
            Assert.Equal(Enumerable.Range(0, written.Count).Select(i => (long)i), reading.Numbers.SkipLast(1));
        });
    }

    [Fact]
    public async Task Blocks_that_the_disk_cannot_read_are_declared_after_several_rounds_and_the_rest_is_read()
    {
        await using var written = await WrittenLog.CreateAsync(3_000);
        File.Delete(written.SegmentPath(0));

        // Reading the unmapped low addresses of a process's memory fails with EIO, as a bad sector does.
        File.CreateSymbolicLink(written.SegmentPath(0), "/proc/self/mem");
        var rounds = 0;
        Reading? reading = null;

        await written.StartAndReadAsync(TimeProvider.System, async log =>
        {
            for (; reading is null; rounds++)
            {
                try
                {
                    reading = await LogRig.ReadAllAsync(log);
                }
                catch (IOException)
                {
                    Assert.Equal(0, log.Figures.Take().Quarantined);
                }
            }
        });

        var lost = written.Starts.Count(start => LogRig.Small.SegmentOf(start) == 0);
        Assert.InRange(rounds, 2, 20);
        Assert.Equal(written.Count + 1 - lost, reading!.Numbers.Count);
        Assert.Equal(lost, reading.Missing);
    }

    [Fact]
    public async Task A_disk_that_can_be_read_again_has_lost_nothing()
    {
        await using var written = await WrittenLog.CreateAsync(3_000);
        File.Delete(written.SegmentPath(0));
        File.CreateSymbolicLink(written.SegmentPath(0), "/proc/self/mem");

        await written.StartAndReadAsync(TimeProvider.System, async log =>
        {
            await Assert.ThrowsAsync<IOException>(() => LogRig.ReadAllAsync(log));
            File.Delete(written.SegmentPath(0));
            written.Restore();

            var reading = await LogRig.ReadAllAsync(log);

            Assert.Empty(reading.Damaged);
            Assert.Equal(written.Count + 1, reading.Numbers.Count);
        });
    }

    [Fact]
    public async Task A_log_that_cannot_be_opened_is_left_alone_and_the_edge_starts()
    {
        await using var log = await WrittenLog.CreateAsync(100);
        var path = Path.Combine(log.Folder, EpochMark.FileName);
        File.Delete(path);
        Directory.CreateDirectory(path);

        var (reading, stats) = await log.StartAndReadAsync();

        Assert.Equal([log.Count], reading.Numbers);
        Assert.Equal(1, stats.Appended);
        Assert.Equal(log.Segments[0], File.ReadAllBytes(log.SegmentPath(0)));
    }

    [Fact]
    public async Task A_crashed_log_that_cannot_be_synced_is_read_as_far_as_its_mark_and_further_at_the_next_start()
    {
        await using var log = await WrittenLog.CreateAsync(100, close: false);
        log.WriteMark(log.Mark with { Durable = log.Starts[70], Total = 70 });

        // This file opens, but cannot be read or synced.
        File.CreateSymbolicLink(log.SegmentPath(1), "/proc/self/mem");
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        var positions = new List<ClickPosition>();
        await log.StartAndReadAsync(clock, async edge =>
        {
            var reading = await LogRig.ReadAllAsync(edge);
            Assert.Equal([.. Enumerable.Range(0, 70).Select(i => (long)i), log.Count], reading.Numbers);
            positions.AddRange(reading.Positions);

            // Counted as far as it goes, and old: it is kept all the same.
            edge.ForgetExpired();
            clock.Advance(TimeSpan.FromHours(2));
            edge.ForgetExpired();
            Assert.Equal(2, edge.Epochs.Count);
        });

        File.Delete(log.SegmentPath(1));
        await log.StartAndReadAsync(clock, async edge =>
        {
            var reading = await LogRig.ReadAllAsync(edge, positions);
            Assert.Equal([.. Enumerable.Range(70, 30).Select(i => (long)i), log.Count], reading.Numbers);
            Assert.Empty(reading.Damaged);
            Assert.Equal(log.Count + 2, edge.Figures.Take().Delivered);
        });
    }

    [Theory]
    [InlineData("{\"edge\":\"zz\",\"boots\":1}")]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("null")]
    public async Task A_damaged_identity_is_set_aside_and_taken_from_the_logs(string text)
    {
        await using var rig = new LogRig();
        var first = await rig.StartAsync();
        await LogRig.RecordAsync(first, Enumerable.Range(0, 10));
        var (edge, boot) = (first.EdgeId, first.Boot);
        var positions = (await LogRig.ReadAllAsync(first)).Positions;
        await LogRig.StopAsync(first);
        var path = Path.Combine(rig.Data, "edge", "edge.json");
        File.WriteAllText(path, text);

        var second = await rig.StartAsync();
        await LogRig.RecordAsync(second, 10);

        // Under another id, clicks that were counted would be counted again.
        Assert.Equal(edge, second.EdgeId);
        Assert.Equal(boot + 1, second.Boot);
        Assert.Equal(text, File.ReadAllText(path + ".damaged"));
        Assert.Equal([10], (await LogRig.ReadAllAsync(second, positions)).Numbers);
        Assert.True(second.Epochs[1].Id > second.Epochs[0].Id);
    }

    [Fact]
    public async Task An_identity_that_cannot_be_read_does_not_stop_the_edge()
    {
        await using var rig = new LogRig();
        var first = await rig.StartAsync();
        await LogRig.RecordAsync(first, 0);
        await LogRig.StopAsync(first);
        var path = Path.Combine(rig.Data, "edge", "edge.json");
        File.Delete(path);
        File.CreateSymbolicLink(path, "/proc/self/mem");

        var second = await rig.StartAsync();

        Assert.True(second.IsWritable);
        Assert.Equal(first.EdgeId, second.EdgeId);
        Assert.True(second.Epochs[1].Id > second.Epochs[0].Id);
    }

    [Fact]
    public async Task Without_any_trace_of_the_edge_a_new_one_begins()
    {
        await using var rig = new LogRig();
        var first = await rig.StartAsync();
        var edge = first.EdgeId;
        await LogRig.StopAsync(first);
        Directory.Delete(rig.Logs, recursive: true);
        File.WriteAllText(Path.Combine(rig.Data, "edge", "edge.json"), "{}");

        var second = await rig.StartAsync();

        Assert.NotEqual(edge, second.EdgeId);
        Assert.Equal(1, second.Boot);
    }

    private static long End(WrittenLog log, long start) => (ContentEnd(log, start) + 3) & ~3L;

    private static long ContentEnd(WrittenLog log, long start)
    {
        var (segment, offset) = WrittenLog.Place(start);
        return start + LogFrame.HeaderLength + BitConverter.ToInt32(log.Segments[segment], offset);
    }

    private static void AssertOnlyTouched(WrittenLog log, long from, long to, List<int> found, long missing)
    {
        Assert.Equal(Untouched(log, from, to).Union(found).Order(), found);
        Assert.Equal(log.Count - found.Count, missing);
    }

    private static IEnumerable<int> Untouched(WrittenLog log, long from, long to) =>
        Enumerable.Range(0, log.Count).Where(i => End(log, log.Starts[i]) <= from || log.Starts[i] >= to);

    private static void Cut(WrittenLog log, long address)
    {
        var (segment, offset) = WrittenLog.Place(address);
        for (var i = segment; i < log.Segments.Length; i++)
        {
            using var file = File.OpenHandle(log.SegmentPath(i), FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.SetLength(file, i == segment ? offset : 0);
        }
    }
}
