using System.Runtime.CompilerServices;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Clicks on their way to the disk: any number of threads append, without a lock, to pages in memory that one thread writes
/// out. An append takes these steps:
/// <code>
///   1  take a place     by moving the tail; an entry that would cross the page's end begins the next page
///   2  fill it          nobody else writes or reads there
///   3  show it          by writing its length, last
/// </code>
/// The writer goes from length to length, as a reader of the file does, and waits for those that are being filled. So what it writes
/// out is whole, and it knows exactly how many clicks are durable.
/// </summary>
internal sealed class AppendBuffer : IDisposable
{
    private readonly LogShape _shape;
    private readonly SegmentWriter _segments;
    private readonly Action _wake;
    private readonly byte[] _memory;

    /// <summary>For each page in memory, where its entries end, once it was turned; 0 before, and no page ends there.</summary>
    private readonly int[] _ends;

    private long _tail = LogShape.First;
    private long _limit;
    private long _settled = LogShape.First;
    private long _durable = LogShape.First;
    private long _clicks;

    /// <param name="wake">Called when a page is full, though nobody may have asked for a commit.</param>
    public AppendBuffer(string folder, LogShape shape, LogDisk disk, Action wake)
    {
        _shape = shape;
        _segments = new SegmentWriter(folder, shape, disk);
        _wake = wake;
        _memory = new byte[1L << shape.MemoryBits];
        _ends = new int[1 << (shape.MemoryBits - shape.PageBits)];
        _limit = _memory.Length;
    }

    /// <summary>Writer thread: how many clicks the last flush has made durable, with all before it.</summary>
    public long Clicks => _clicks;

    /// <summary>
    /// Takes a place for an entry of that length. False when every page waits for the disk. Any thread; never blocks. Whoever has a
    /// place must fill it at once: the writer waits for it.
    /// </summary>
    public bool TryReserve(int length, out long address)
    {
        var total = LogFrame.TotalOf(length);
        while (true)
        {
            // :: 1
            var tail = Volatile.Read(ref _tail);
            var pageEnd = _shape.PageEnd(tail);
            address = tail + total <= pageEnd ? tail : pageEnd;
            if (address + total > Volatile.Read(ref _limit))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _tail, address + total, tail) == tail)
            {
                if (address != tail)
                {
                    Turn(tail);
                }

                return true;
            }
        }
    }

    /// <summary>Fills a place that was taken, and shows it to the writer.</summary>
    public void Fill(long address, ReadOnlySpan<byte> entry)
    {
        // :: 2
        var place = Memory(address, LogFrame.TotalOf(entry.Length));
        entry.CopyTo(place[LogFrame.HeaderLength..]);

        // :: 3
        Volatile.Write(ref LengthAt(address), entry.Length);
    }

    /// <summary>
    /// Brings everything appended so far to the disk. Only the writer thread calls it.
    /// </summary>
    /// <returns>The durable address.</returns>
    /// <exception cref="IOException">A write or a sync failed; no later flush can succeed.</exception>
    public long Flush()
    {
        var target = Volatile.Read(ref _tail);
        if (target == _durable)
        {
            return target;
        }

        var clicks = _clicks + Settle(target);
        for (var from = _durable; from < target;)
        {
            var to = Math.Min(target, _shape.PageEnd(from));
            _segments.Write(from, Memory(from, (int)(to - from)));
            from = to;
        }

        _segments.Sync();
        Recycle(_durable, target);
        (_durable, _clicks) = (target, clicks);
        return target;
    }

    public void Dispose() => _segments.Dispose();

    private void Turn(long tail)
    {
        Volatile.Write(ref _ends[SlotOf(tail)], OffsetOf(tail));
        _wake();
    }

    /// <summary>Waits until every entry before the address is filled, and counts those that were not counted before.</summary>
    private long Settle(long target)
    {
        var count = 0L;
        var patience = default(SpinWait);
        while (_settled < target)
        {
            if (Volatile.Read(ref LengthAt(_settled)) is > 0 and var length)
            {
                _settled += LogFrame.TotalOf(length);
                count++;
            }
            else if (Volatile.Read(ref _ends[SlotOf(_settled)]) is > 0 and var end && end == OffsetOf(_settled))
            {
                _settled = _shape.PageEnd(_settled);
            }
            else
            {
                patience.SpinOnce();
            }
        }

        return count;
    }

    /// <summary>Makes room: pages that are on the disk as a whole are cleared, because a length of zero means that there is none yet.</summary>
    private void Recycle(long from, long to)
    {
        var page = from >> _shape.PageBits;
        for (; page < to >> _shape.PageBits; page++)
        {
            var first = page << _shape.PageBits;
            Memory(first, (int)_shape.PageSize).Clear();
            Volatile.Write(ref _ends[SlotOf(first)], 0);
        }

        Volatile.Write(ref _limit, (page << _shape.PageBits) + _memory.Length);
    }

    private Span<byte> Memory(long address, int length) => _memory.AsSpan((int)(address & (_memory.Length - 1)), length);

    private ref int LengthAt(long address) => ref Unsafe.As<byte, int>(ref _memory[address & (_memory.Length - 1)]);

    private int SlotOf(long address) => (int)(address >> _shape.PageBits) & (_ends.Length - 1);

    private int OffsetOf(long address) => (int)(address & (_shape.PageSize - 1));
}
