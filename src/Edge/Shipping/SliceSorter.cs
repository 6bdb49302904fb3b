using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Shipping;

/// <summary>
/// Sorts a slice of the log by the partitions that its links belong to. Each partition gets a chain of slices, every one of which begins
/// where the one before it ended: what lies between holds no click of that partition, so a gap in a chain can only mean loss.
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class SliceSorter(int partitions)
{
    /// <summary>Damage may be clicks of any link. One partition is told, so that it is counted once.</summary>
    public const int DamagePartition = 0;

    /// <summary>
    /// Most bytes of damage that travel with a slice. With 64 KiB of clicks and what names the ranges it stays well below the
    /// 1,000,000 bytes that a record may have anywhere; a record that no broker takes would hold up everything behind it.
    /// </summary>
    public const int MaxDamagedBytes = 256 * 1024;

    private readonly int[] _counts = new int[partitions];
    private readonly int[] _lengths = new int[partitions];

    /// <summary>The slices of the partitions that have something in it, in order of partition.</summary>
    /// <param name="slice">At most 64 KiB of clicks.</param>
    /// <param name="chain">For each partition, where its last slice ended; moved on to the end of this one where there is a new one.</param>
    public List<ClickSlice> Sort(ClickSlice slice, long[] chain)
    {
        // :: 1  measure
        Array.Clear(_counts);
        Array.Clear(_lengths);
        foreach (var entry in slice)
        {
            var partition = PartitionOf(entry.Click);
            _counts[partition]++;
            _lengths[partition] += ClickSlice.EntryHeader + entry.Click.Length;
        }

        // :: 2  deal out
        var payloads = Array.ConvertAll(_lengths, length => length == 0 ? [] : new byte[length]);
        Array.Clear(_lengths);
        foreach (var entry in slice)
        {
            var partition = PartitionOf(entry.Click);
            ref var length = ref _lengths[partition];
            length += ClickSlice.Append(payloads[partition].AsSpan(length), entry.Address, entry.Click);
        }

        // :: 3  chain
        var damaged = Damage(slice);
        var sorted = new List<ClickSlice>();
        for (var partition = 0; partition < partitions; partition++)
        {
            var itsDamage = partition == DamagePartition ? damaged : [];
            if (_counts[partition] > 0 || itsDamage.Count > 0)
            {
                sorted.Add(slice with
                {
                    Partition = partition,
                    From = chain[partition],
                    Previous = chain[partition],
                    Count = _counts[partition],
                    Payload = payloads[partition],
                    Damaged = itsDamage,
                });
                chain[partition] = slice.To;
            }
        }

        return sorted;
    }

    // A click of a newer version too: it is kept until a program that knows it counts it, and that has to be where its link is looked for. What
    // is too short for any version is of no link.
    private int PartitionOf(ReadOnlySpan<byte> click) =>
        ClickCodec.TryReadLink(click, out var linkId) ? LinkPartition.Of(linkId, partitions) : DamagePartition;

    private static List<DamagedRange> Damage(ClickSlice slice)
    {
        var damaged = new List<DamagedRange>();
        if (slice.Previous < slice.From)
        {
            damaged.Add(new DamagedRange(slice.Previous, slice.From, 0, "The log no longer has these addresses, and they were not sent.", default));
        }

        var bytes = 0;
        foreach (var range in slice.Damaged)
        {
            bytes += range.Bytes.Length;
            damaged.Add(bytes <= MaxDamagedBytes ? range : range with
            {
                Bytes = default,
                Reason = range.Reason + " Too much at once: the bytes found stay in the Edge's log until its retention is over.",
            });
        }

        return damaged;
    }
}
