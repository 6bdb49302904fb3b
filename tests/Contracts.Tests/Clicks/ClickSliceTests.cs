using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Contracts.Tests.Clicks;

public sealed class ClickSliceTests
{
    private static readonly Arbitrary<(long Address, byte[] Click)[]> Entries =
        (from address in ArbMap.Default.GeneratorFor<long>() from click in ArbMap.Default.GeneratorFor<byte[]>() select (address, click))
        .ArrayOf().ToArbitrary();

    [Fact]
    public void Any_run_of_clicks_survives_the_way_into_a_slice_and_back() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Entries, entries =>
            Read(SliceOf(Payload(entries), entries.Length)).SequenceEqual(entries.Select(e => (e.Address, Convert.ToHexString(e.Click))))));

    [Fact]
    public void A_payload_that_ends_inside_a_click_is_refused() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Entries, entries =>
        {
            var payload = Payload(entries);
            var ends = new HashSet<int> { 0 };
            foreach (var (_, click) in entries)
            {
                ends.Add(ends.Max() + ClickSlice.EntryHeader + click.Length);
            }

            foreach (var length in Enumerable.Range(0, payload.Length).Where(length => !ends.Contains(length)))
            {
                Assert.Throws<InvalidDataException>(() => Read(SliceOf(payload[..length], entries.Length)));
            }
        }));

    [Fact]
    public void An_empty_slice_has_no_clicks_and_still_ends_somewhere()
    {
        var slice = SliceOf([], 0);
        Assert.Empty(Read(slice));
        Assert.Equal(new ClickPosition(1, 2, 3, 200), slice.End);
        Assert.Empty(slice.Damaged);
    }

    [Fact]
    public void A_click_too_long_for_its_length_field_is_refused() =>
        Assert.Throws<OverflowException>(() => ClickSlice.Append(new byte[70_000], 0, new byte[ushort.MaxValue + 1]));

    private static byte[] Payload((long Address, byte[] Click)[] entries)
    {
        var payload = new byte[entries.Sum(e => ClickSlice.EntryHeader + e.Click.Length)];
        var at = 0;
        foreach (var (address, click) in entries)
        {
            at += ClickSlice.Append(payload.AsSpan(at), address, click);
        }

        Assert.Equal(payload.Length, at);
        return payload;
    }

    private static ClickSlice SliceOf(byte[] payload, int count) => new()
    {
        Partition = 1,
        Edge = 2,
        Epoch = 3,
        From = 100,
        To = 200,
        Previous = 100,
        Count = count,
        Payload = payload,
    };

    private static List<(long Address, string Click)> Read(ClickSlice slice)
    {
        var read = new List<(long Address, string Click)>();
        foreach (var entry in slice)
        {
            read.Add((entry.Address, Convert.ToHexString(entry.Click)));
        }

        return read;
    }
}
