using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Slices as they may come: of several edges and partitions, some again, some never, with damage and clicks that cannot be read.</summary>
internal static class DeliveredSlices
{
    private const int Partitions = 2;

    public static Gen<List<ClickSlice>> All =>
        from edges in Gen.Choose(1, 2)
        from logs in Log.ArrayOf(edges * Partitions)
        from order in Gen.Choose(0, 1_000).ArrayOf(200)
        select Shuffle([.. logs.Select((log, i) => log((ulong)(1 + (i / Partitions)), i % Partitions))], order);

    private static Gen<Func<ulong, int, List<ClickSlice>>> Log =>
        from clicks in Click.ArrayOf()
        from cuts in Gen.Choose(0, 40).ArrayOf()
        from fates in Gen.Choose(0, 9).ArrayOf(50)
        select (Func<ulong, int, List<ClickSlice>>)((edge, partition) => [.. Deliver(LogOf(edge, partition, clicks), cuts, fates)]);

    private static Gen<(TestClick Click, bool IsReadable)> Click =>
        from link in Gen.Choose(0, 2)
        from visitor in Gen.Choose(1, 3)
        from minutes in Gen.Choose(0, 2 * 24 * 60)
        from agent in Gen.Elements(TestClick.Chrome, TestClick.Chrome, TestClick.Iphone, TestClick.Bot)
        from country in Gen.Elements("", "DE", "US")
        from isReadable in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)))
        select (
            new TestClick
            {
                Link = 1 + (link * Partitions),
                Visitor = (ulong)visitor,
                At = new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes),
                Agent = agent,
                Country = country,
            },
            isReadable);

    // A link belongs to one partition.
    private static TestLog LogOf(ulong edge, int partition, (TestClick Click, bool IsReadable)[] clicks)
    {
        var log = new TestLog(edge, partition: partition);
        foreach (var (click, isReadable) in clicks)
        {
            var bytes = (click with { Link = click.Link + partition }).ToBytes(((UInt128)((edge * Partitions) + (ulong)partition) << 32) | (uint)log.Count);
            bytes[0] = isReadable ? bytes[0] : (byte)200;
            log.AddBytes(bytes);
        }

        return log;
    }

    private static IEnumerable<ClickSlice> Deliver(TestLog log, int[] cuts, int[] fates)
    {
        foreach (var (slice, i) in log.Cut(cuts).Select((slice, i) => (slice, i)))
        {
            var damage = new DamagedRange(slice.From, slice.From, 2, "torn", new byte[] { 1, 2, 3 });
            switch (fates[i % fates.Length])
            {
                case 0:
                    break;
                case 1:
                    yield return slice;
                    yield return slice;
                    break;
                case 2:
                    yield return slice with { Damaged = [damage] };
                    break;
                default:
                    yield return slice;
                    break;
            }
        }
    }

    // Those of one log stay in their order.
    private static List<ClickSlice> Shuffle(List<List<ClickSlice>> logs, int[] order)
    {
        var shuffled = new List<ClickSlice>();
        for (var i = 0; logs.Exists(log => log.Count > 0); i++)
        {
            logs.RemoveAll(log => log.Count == 0);
            var log = logs[order[i % order.Length] % logs.Count];
            shuffled.Add(log[0]);
            log.RemoveAt(0);
        }

        return shuffled;
    }
}
