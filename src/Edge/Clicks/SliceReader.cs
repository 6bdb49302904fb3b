using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Clicks;

/// <summary>Cuts one log into slices, from a cursor on.</summary>
internal sealed class SliceReader(Epoch epoch, LogShape shape, LogCursor cursor, long previous) : IDisposable
{
    /// <summary>Most bytes of clicks in a slice.</summary>
    public const int MaxPayload = 64 * 1024;

    private readonly SegmentReader _reader = new(epoch.Folder, epoch.Id, shape, epoch.Patience);
    private readonly byte[] _payload = new byte[MaxPayload];
    private readonly List<DamagedRange> _damaged = [];
    private long _previous = previous;

    /// <summary>Where the next slice begins.</summary>
    public LogCursor Cursor { get; set; } = cursor;

    /// <summary>The next slice, up to the limit at most.</summary>
    /// <param name="total">Clicks of the whole log when it ends at the limit; null while it goes on.</param>
    public ClickSlice Next(long limit, long? total)
    {
        var from = Cursor.Address;
        var length = 0;
        var count = 0;
        _damaged.Clear();
        while (length <= MaxPayload - ClickSlice.EntryHeader - ClickCodec.MaxLength && _reader.TryRead(Cursor, limit, out var item))
        {
            if (item.Damage is not null)
            {
                _damaged.Add(item.Damage);
                continue;
            }

            NoteGap(item);
            length += ClickSlice.Append(_payload.AsSpan(length), item.From, item.Click);
            count++;
        }

        if (Cursor.Address == limit && total is not null)
        {
            NoteMissingEnd(total.Value - Cursor.Total);
        }

        var slice = new ClickSlice
        {
            Partition = 0,
            Edge = epoch.Edge,
            Epoch = epoch.Id,
            From = from,
            To = Cursor.Address,
            Previous = _previous,
            Count = count,
            Payload = _payload.AsMemory(0, length).ToArray(),
            Damaged = [.. _damaged],
        };
        _previous = slice.To;
        return slice;
    }

    private void NoteGap(in LogItem item)
    {
        if (item.Gap > 0)
        {
            Miss(item.From, item.Gap, "Clicks are missing before this address; their bytes are in the damage before it.");
        }

        if (item.IsFrameDamaged)
        {
            _damaged.Add(new DamagedRange(
                item.From, Cursor.Address, 0, "The frame around a click was changed; the click itself is whole.", default));
        }
    }

    private void NoteMissingEnd(long missing)
    {
        if (missing > 0)
        {
            Cursor.Missing += missing;
            Miss(Cursor.Address, missing, "The last clicks of this log are missing.");
        }
    }

    /// <summary>
    /// A range of its own, without width, at the place where they were missed. Were they told with the damage that cost them, it would depend on where
    /// slices are cut; and a log that is read again, cut differently, could then have them counted twice or never.
    /// </summary>
    private void Miss(long address, long missing, string reason) => _damaged.Add(new DamagedRange(address, address, missing, reason, default));

    public void Dispose() => _reader.Dispose();
}
