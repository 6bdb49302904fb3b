using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;

namespace LinkTracker.Edge.Tests.Shipping;

public sealed class SliceSorterTests
{
    private const int Partitions = 5;

    /// <summary>A log, cut into slices one behind the other; each click carries its link, and some slices have none, or damage.</summary>
    private static readonly Arbitrary<ClickSlice[]> Logs =
        (from links in (from count in Gen.Choose(0, 30) from links in Gen.Choose(1, 40).ArrayOf(count) select links).ArrayOf()
         from damage in Gen.Elements(0, 0, 1, 3).ArrayOf(links.Length)
         select Cut(links, damage)).ToArbitrary();

    [Fact]
    public void Every_click_goes_once_and_in_order_to_the_partition_of_its_link() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Logs, log =>
        {
            var sorted = Sort(log, NewChain());
            var expected = log.SelectMany(Clicks).GroupBy(click => LinkPartition.Of(click.Link, Partitions)).ToDictionary(group => group.Key, group => group.ToList());
            return Enumerable.Range(0, Partitions).All(partition =>
                sorted.Where(slice => slice.Partition == partition).SelectMany(Clicks).SequenceEqual(expected.GetValueOrDefault(partition) ?? []));
        }));

    [Fact]
    public void The_slices_of_a_partition_are_a_chain_that_holds_its_clicks_and_says_so() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Logs, log =>
        {
            var (sorted, chain) = (new List<ClickSlice>(), NewChain());
            sorted.AddRange(Sort(log, chain));
            for (var partition = 0; partition < Partitions; partition++)
            {
                var end = 64L;
                foreach (var slice in sorted.Where(slice => slice.Partition == partition))
                {
                    Assert.Equal((end, end, slice.Edge, slice.Epoch), (slice.Previous, slice.From, 7UL, 9UL));
                    Assert.All(Clicks(slice), click => Assert.InRange(click.Address, slice.From, slice.To - 1));
                    Assert.Equal(slice.Count, Clicks(slice).Count);
                    end = slice.To;
                }

                Assert.Equal(end, chain[partition]);
            }
        }));

    [Fact]
    public void Damage_goes_to_partition_0_only_and_nothing_of_it_is_left_out() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Logs, log =>
        {
            var sorted = Sort(log, NewChain());
            Assert.All(sorted.Where(slice => slice.Partition != 0), slice => Assert.Empty(slice.Damaged));
            return sorted.SelectMany(slice => slice.Damaged).SequenceEqual(log.SelectMany(slice => slice.Damaged));
        }));

    [Fact]
    public void A_slice_with_nothing_in_it_makes_no_record_and_leaves_the_chains_alone()
    {
        var chain = NewChain();
        Assert.Empty(new SliceSorter(Partitions).Sort(Cut([[]], [0])[0], chain));
        Assert.Equal(NewChain(), chain);
    }

    [Fact]
    public void A_click_of_a_newer_version_goes_to_the_partition_of_its_link()
    {
        var payload = Payload([LinkOf(3)], 64);
        payload[ClickSlice.EntryHeader] = ClickCodec.Version + 1;
        var slice = Assert.Single(new SliceSorter(Partitions).Sort(Slice(64, 128, 1, payload, []), NewChain()));
        Assert.Equal((3, 1), (slice.Partition, slice.Count));
    }

    [Fact]
    public void A_click_too_short_for_any_version_goes_where_damage_goes()
    {
        var payload = new byte[ClickSlice.EntryHeader + 3];
        ClickSlice.Append(payload, 64, [2, 2, 2]);
        var slice = Assert.Single(new SliceSorter(Partitions).Sort(Slice(64, 128, 1, payload, []), NewChain()));
        Assert.Equal((0, 1), (slice.Partition, slice.Count));
    }

    [Fact]
    public void Addresses_that_the_log_no_longer_has_are_declared_as_damage()
    {
        var slice = Slice(128, 192, 0, [], []) with { Previous = 64 };
        var range = Assert.Single(Assert.Single(new SliceSorter(Partitions).Sort(slice, NewChain())).Damaged);
        Assert.Equal((64, 128), (range.From, range.To));
    }

    [Fact]
    public void However_much_is_damaged_a_record_stays_below_what_brokers_take()
    {
        var damage = Enumerable.Range(1, 800).Select(i => new DamagedRange(64 * i, (64 * i) + 8, 1, "The bytes are not the ones that were written.", new byte[65_536]));
        var slice = Slice(64, 1 << 20, 0, new byte[SliceReader.MaxPayload], [.. damage]);
        var sorted = Assert.Single(new SliceSorter(Partitions).Sort(slice with { Payload = Payload(Enumerable.Repeat(LinkOf(0), 600), 64), Count = 600 }, NewChain()));
        Assert.Equal(800, sorted.Damaged.Sum(range => range.Missing));
        Assert.Equal(4, sorted.Damaged.Count(range => range.Bytes.Length > 0));
        Assert.Contains("stay in the Edge's log", sorted.Damaged[^1].Reason, StringComparison.Ordinal);
        Assert.InRange(SliceCodec.Write(sorted).Length, 1, 600_000);
    }

    private static long[] NewChain() => [.. Enumerable.Repeat(64L, Partitions)];

    private static List<ClickSlice> Sort(ClickSlice[] log, long[] chain)
    {
        var sorter = new SliceSorter(Partitions);
        return [.. log.SelectMany(slice => sorter.Sort(slice, chain))];
    }

    private static int LinkOf(int partition) => Enumerable.Range(1, 100).First(link => LinkPartition.Of(link, Partitions) == partition);

    private static ClickSlice[] Cut(int[][] links, int[] damage)
    {
        var (slices, at) = (new List<ClickSlice>(), 64L);
        foreach (var (its, damaged) in links.Zip(damage))
        {
            var from = at;
            var payload = Payload(its, at);
            at += 64 * (its.Length + damaged + 1);
            var ranges = Enumerable.Range(1, damaged).Select(i => new DamagedRange(at - (64 * i), at - (64 * i) + 8, i, "torn", new byte[i]));
            slices.Add(Slice(from, at, its.Length, payload, [.. ranges]));
        }

        return [.. slices];
    }

    private static ClickSlice Slice(long from, long to, int count, byte[] payload, DamagedRange[] damaged) => new()
    {
        Partition = 0,
        Edge = 7,
        Epoch = 9,
        From = from,
        To = to,
        Previous = from,
        Count = count,
        Payload = payload,
        Damaged = damaged,
    };

    private static byte[] Payload(IEnumerable<int> links, long from)
    {
        var (payload, length) = (new byte[SliceReader.MaxPayload], 0);
        Span<byte> click = stackalloc byte[ClickCodec.MaxLength];
        foreach (var link in links)
        {
            var record = new ClickRecord { OccurredAtMs = from, Token = new ClickToken(link, (UInt128)from) };
            length += ClickSlice.Append(payload.AsSpan(length), from, click[..ClickCodec.Write(record, click)]);
            from += 64;
        }

        return payload[..length];
    }

    private static List<(long Address, long Link)> Clicks(ClickSlice slice)
    {
        var clicks = new List<(long Address, long Link)>();
        foreach (var entry in slice)
        {
            Assert.True(ClickCodec.TryRead(entry.Click, out var click));
            clicks.Add((entry.Address, click.Token.LinkId));
        }

        return clicks;
    }
}
