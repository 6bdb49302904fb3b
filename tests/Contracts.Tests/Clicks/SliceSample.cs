using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Contracts.Tests.Clicks;

/// <summary>Slices as an Edge may send them.</summary>
internal static class SliceSample
{
    public static Gen<ClickSlice> Any =>
        from ids in ArbMap.Default.GeneratorFor<ulong>().Two()
        from previous in Gen.Choose(0, 1 << 20)
        from skipped in Gen.Elements(0, 0, 100)
        from clicks in (from gap in Gen.Choose(0, 500) from click in ArbMap.Default.GeneratorFor<byte[]>() select (gap, click)).ArrayOf()
        from tail in Gen.Choose(0, 100)
        from damaged in AnyRange.ArrayOf()
        select Slice(ids.Item1, ids.Item2, previous, previous + skipped, tail, clicks, damaged);

    private static Gen<DamagedRange> AnyRange =>
        from start in Gen.Choose(0, int.MaxValue)
        from length in Gen.Choose(0, 1 << 20)
        from missing in Gen.Choose(0, 1_000)
        from reason in Gen.Elements("", "torn", "Prüfsumme falsch 😀")
        from bytes in ArbMap.Default.GeneratorFor<byte[]>()
        select new DamagedRange(start, (long)start + length, missing, reason, bytes);

    public static ClickSlice Slice(
        ulong edge, ulong epoch, long previous, long from, int tail, (int Gap, byte[] Click)[] clicks, DamagedRange[] damaged)
    {
        var payload = new byte[clicks.Sum(c => ClickSlice.EntryHeader + c.Click.Length)];
        var (at, address) = (0, from);
        foreach (var (gap, click) in clicks)
        {
            address += gap;
            at += ClickSlice.Append(payload.AsSpan(at), address, click);
            address += click.Length + 1;
        }

        return new ClickSlice
        {
            Partition = 3,
            Edge = edge,
            Epoch = epoch,
            From = from,
            To = address + tail,
            Previous = previous,
            Count = clicks.Length,
            Payload = payload,
            Damaged = damaged,
        };
    }

    public static bool AreSame(ClickSlice one, ClickSlice other) =>
        (one.Partition, one.Edge, one.Epoch, one.From, one.To, one.Previous, one.Count)
            == (other.Partition, other.Edge, other.Epoch, other.From, other.To, other.Previous, other.Count)
        && one.Payload.Span.SequenceEqual(other.Payload.Span)
        && one.Damaged.Count == other.Damaged.Count
        && one.Damaged.Zip(other.Damaged).All(pair =>
            pair.First with { Bytes = default } == pair.Second with { Bytes = default }
            && pair.First.Bytes.Span.SequenceEqual(pair.Second.Bytes.Span));
}
