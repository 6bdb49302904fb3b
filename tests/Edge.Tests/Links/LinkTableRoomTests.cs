using System.Runtime.CompilerServices;
using System.Text;
using LinkTracker.Edge.Links;

namespace LinkTracker.Edge.Tests.Links;

public sealed class LinkTableRoomTests
{
    [Fact]
    public void A_full_table_refuses_new_links_and_keeps_every_old_one()
    {
        using var links = new TableProbe(memoryMiB: 16);
        var taken = 0;
        while (links.Has($"k{taken}", UrlOf(taken)))
        {
            taken++;
            Assert.True(taken < 1_000_000, "the table never gets full");
        }

        Assert.True(taken > 1_000);
        Assert.Equal((taken, 1), (links.Table.Count, links.Table.Refused));
        Assert.True(links.Table.Bytes <= 8 << 20);
        Assert.Equal(0, links.Table.LostBytes);
        for (var i = 0; i < taken; i++)
        {
            Assert.Equal(UrlOf(i), links.Find($"k{i}"));
        }

        // What matters in an emergency still works: switching a link off, and deleting some makes room.
        for (var i = 0; i < 20_000; i++)
        {
            Assert.True(links.Has("k7", UrlOf(7), disabled: true));
        }

        Assert.True(links.Loses("k1"));
        Assert.True(links.Has("fresh", UrlOf(1)));
        Assert.Null(links.Find("k1"));
        Assert.Equal(UrlOf(taken - 1), links.Find($"k{taken - 1}"));
        Assert.Equal(0, links.Table.LostBytes);
        Assert.True(links.Table.Rebuilds > 0);

        static string UrlOf(int i) => $"https://shop.example.com/{i:D7}?" + new string('x', 400);
    }

    [Fact]
    public void Garbage_is_shed_and_what_lives_moves_along()
    {
        using var links = new TableProbe(memoryMiB: 16);
        _ = links.Has("Quiet-One", "https://quiet.example/");
        _ = links.Has("gone", "https://gone.example/");
        _ = links.Loses("gone");
        for (var i = 0; i < 60_000; i++)
        {
            Assert.True(links.Has("busy", $"https://busy.example/{i:D6}?" + new string('x', 300)));
        }

        Assert.True(links.Table.Rebuilds >= 2, $"{links.Table.Rebuilds}");
        Assert.StartsWith("https://busy.example/059999", links.Find("busy"), StringComparison.Ordinal);
        Assert.Equal("https://quiet.example/", links.Find("quietone"));
        Assert.Null(links.Find("gone"));
        Assert.Equal((2, 0), (links.Table.Count, links.Table.LostBytes));
    }

    [Fact]
    public void A_store_that_was_replaced_is_collected_though_a_living_thread_had_read_from_it()
    {
        using var store = new CompactingStore(16 << 20);
        using var read = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        Write(store, 0);
        var idle = new Thread(() =>
        {
            Read(store);
            read.Set();
            end.Wait();
        });
        idle.Start();
        read.Wait();
        var old = Replace(store);

        for (var i = 0; i < 20 && old.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.True(idle.IsAlive);
        Assert.False(old.IsAlive);
        Assert.True(store.Current.TryRead(Code, out _));
        end.Set();
        idle.Join();
    }

    [Fact]
    public async Task Readers_never_see_half_a_link_while_one_thread_writes()
    {
        using var links = new TableProbe(memoryMiB: 16);
        const int keys = 50;
        for (var i = 0; i < keys; i++)
        {
            _ = links.Has(KeyOf(i), UrlOf(0, 'a'), id: 0);
        }

        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(r => Task.Run(() => ReadUntil(done.Token, r))).ToArray();
        for (var round = 1; round <= 3_000; round++)
        {
            for (var i = 0; i < keys; i++)
            {
                _ = links.Has(KeyOf(i), UrlOf(round, (char)('a' + (round % 26))), id: round);
            }

            // Neighbours come and go, so that records are marked as deleted beside those that are read.
            _ = links.Has($"Guest-{round % 7}");
            _ = links.Loses($"Guest-{(round + 3) % 7}");
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));
        Assert.True(links.Table.Rebuilds > 3, "readers must have been moved to new stores while they read");

        long ReadUntil(CancellationToken stop, int seed)
        {
            var random = new Random(seed);
            var reads = 0L;
            var newest = new long[keys];
            while (!stop.IsCancellationRequested || reads == 0)
            {
                var i = random.Next(keys);
                Assert.True(links.Table.TryFind("go.example.com"u8, Encoding.UTF8.GetBytes(KeyOf(i)), out var link));

                // The id, the length and every byte of the target belong to one round; and no round comes back.
                var round = link.Id;
                Assert.Equal(UrlOf(round, (char)('a' + (round % 26))), Encoding.ASCII.GetString(link.Url));
                Assert.True(round >= newest[i]);
                newest[i] = round;
                reads++;
            }

            return reads;
        }

        static string KeyOf(int i) => i % 2 == 0 ? $"k{i}" : $"a-key-longer-than-twelve-{i}";

        static string UrlOf(long round, char fill) => "https://shop.example.com/" + new string(fill, 20 + (int)(round % 200));
    }

    [Fact]
    public void Threads_that_end_leave_their_sessions_to_others()
    {
        using var store = new CompactingStore(16 << 20);
        Write(store, 0);
        for (var i = 0; i < 200; i++)
        {
            var thread = new Thread(() => Assert.True(store.Current.TryRead(Code, out _)));
            thread.Start();
            thread.Join();
            if (i % 20 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.InRange(store.Current.Sessions, 1, 100);
    }

    [Fact]
    public void A_table_that_is_forgotten_with_its_readers_is_collected_in_peace()
    {
        // A finalizer that throws would end this process.
        for (var i = 0; i < 20; i++)
        {
            var reader = new Thread(ReadFromATableOfItsOwn);
            reader.Start();
            reader.Join();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static void ReadFromATableOfItsOwn()
    {
#pragma warning disable CA2000 // Forgotten, not disposed: that is the case under test.
        var store = new CompactingStore(16 << 20);
#pragma warning restore CA2000
        Write(store, 0);
        Read(store);
    }

    private static Code16 Code => Code16.OfKey(default, 0, "k"u8);

    // A method of its own, so that no stack slot of the caller keeps the store alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Read(CompactingStore store) => Assert.True(store.Current.TryRead(Code, out _));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Replace(CompactingStore store)
    {
        var old = new WeakReference(store.Current);
        while (store.Rebuilds == 0)
        {
            Write(store, 1_000);
        }

        return old;
    }

    private static void Write(CompactingStore store, int oldLength)
    {
        var value = new byte[1_000];
        var oldBytes = oldLength == 0 ? 0 : LinkStore.RecordBytes(oldLength);
        Assert.True(store.TryMakeRoom(LinkStore.RecordBytes(value.Length), oldBytes));
        store.Write(Code, value, oldBytes);
    }
}
