using System.Buffers.Binary;
using System.Collections.Concurrent;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>The pages in memory by themselves, over real files, with pages so small that they are turned thousands of times.</summary>
public sealed class AppendBufferTests : IDisposable
{
    // Pages of 4 KiB, eight of them in memory, and segments of four.
    private static readonly LogShape Tiny = new(12, 14, 15);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("append-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_many_threads_append_while_pages_turn_is_on_the_disk_once_and_whole_and_every_flush_ends()
    {
        const int threads = 8;
        const int each = 40_000;
        using var buffer = new AppendBuffer(_folder.FullName, Tiny, new LogDisk(), () => { });
        var appended = new ConcurrentDictionary<long, (int Thread, int Number)>();
        var writer = Task.Run(() =>
        {
            var flushed = 0L;
            while (flushed < threads * each)
            {
                var durable = buffer.Flush();
                Assert.True(buffer.Clicks >= flushed && durable >= LogShape.First);
                flushed = buffer.Clicks;
            }

            return buffer.Flush();
        });

        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                var patience = default(SpinWait);
                for (var i = 0; i < each; i++)
                {
                    var entry = Entry(thread, i);
                    long address;
                    while (!buffer.TryReserve(entry.Length, out address))
                    {
                        patience.SpinOnce();
                    }

                    buffer.Fill(address, entry);
                    Assert.True(appended.TryAdd(address, (thread, i)));
                }
            },
            TaskCreationOptions.LongRunning)));

        var end = await writer.WaitAsync(Eventually.Limit);
        Assert.Equal(appended.OrderBy(entry => entry.Key).Select(entry => (entry.Key, entry.Value)), Read(end));
    }

    [Fact]
    public void When_every_page_waits_there_is_no_room_and_after_a_flush_there_is()
    {
        using var buffer = new AppendBuffer(_folder.FullName, Tiny, new LogDisk(), () => { });
        var count = Fill(buffer);
        Assert.Equal((8 * 4_096 / 256) - 1, count);

        _ = buffer.Flush();

        Assert.Equal(count, buffer.Clicks);
        Assert.True(Fill(buffer) > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_flush_waits_for_those_who_have_a_place_and_have_not_filled_it_also_at_the_front_of_a_page(int before)
    {
        using var buffer = new AppendBuffer(_folder.FullName, Tiny, new LogDisk(), () => { });
        for (var i = 0; i < before; i++)
        {
            // The first leaves no room on its page, the second none but four bytes.
            var filler = new byte[i == 0 ? 3_900 : 4_084];
            Assert.True(buffer.TryReserve(filler.Length, out var address));
            buffer.Fill(address, filler);
        }

        var entry = new byte[200];
        Assert.True(buffer.TryReserve(entry.Length, out var first));
        Assert.True(buffer.TryReserve(entry.Length, out var second));
        buffer.Fill(second, entry);

        var flush = Task.Factory.StartNew(buffer.Flush, TaskCreationOptions.LongRunning);
        Assert.NotSame(flush, await Task.WhenAny(flush, Task.Delay(TimeSpan.FromMilliseconds(20))));
        buffer.Fill(first, entry);

        Assert.Equal(second + LogFrame.TotalOf(entry.Length), await flush);
        Assert.Equal(before + 2, buffer.Clicks);
    }

    [Fact]
    public void A_full_page_wakes_the_writer_and_nothing_else_does()
    {
        var woken = 0;
        using var buffer = new AppendBuffer(_folder.FullName, Tiny, new LogDisk(), () => woken++);
        var entry = new byte[1_000];
        for (var i = 0; i < 4; i++)
        {
            Assert.True(buffer.TryReserve(entry.Length, out var address));
            buffer.Fill(address, entry);
        }

        Assert.Equal(0, woken);
        Assert.True(buffer.TryReserve(entry.Length, out var next));
        Assert.Equal((4_096, 1), (next, woken));
    }

    [Fact]
    public void Without_anything_new_nothing_is_written_or_synced()
    {
        var actions = 0;
        using var buffer = new AppendBuffer(_folder.FullName, Tiny, new LogDisk((_, _) => actions++), () => { });

        Assert.Equal(LogShape.First, buffer.Flush());

        Assert.Equal((0, 0L), (actions, buffer.Clicks));
    }

    private static int Fill(AppendBuffer buffer)
    {
        // Sixteen to a page; the first page has a line less.
        var entry = new byte[256 - LogFrame.HeaderLength];
        var count = 0;
        for (; buffer.TryReserve(entry.Length, out var address); count++)
        {
            buffer.Fill(address, entry);
        }

        return count;
    }

    /// <summary>Of 8 to 400 bytes, told apart by their first eight.</summary>
    private static byte[] Entry(int thread, int number)
    {
        var entry = new byte[8 + (((thread * 7) + (number * 31)) % 393)];
        BinaryPrimitives.WriteInt32LittleEndian(entry, thread);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(4), number);
        entry.AsSpan(8).Fill((byte)(thread + number));
        return entry;
    }

    private IEnumerable<(long Address, (int Thread, int Number))> Read(long end)
    {
        var at = LogShape.First;
        while (at < end)
        {
            var segment = File.ReadAllBytes(LogShape.SegmentPath(_folder.FullName, Tiny.SegmentOf(at)));
            var offset = (int)(at % Tiny.SegmentSize);
            var length = Tiny.PageEnd(at) - at < LogFrame.HeaderLength ? 0 : BinaryPrimitives.ReadInt32LittleEndian(segment.AsSpan(offset));
            if (length == 0)
            {
                at = Tiny.PageEnd(at);
                continue;
            }

            var entry = segment.AsSpan(offset + LogFrame.HeaderLength, length).ToArray();
            var (thread, number) = (BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(4)));
            Assert.Equal(Entry(thread, number), entry);
            yield return (at, (thread, number));
            at += LogFrame.TotalOf(length);
        }
    }
}
