using System.Collections.Concurrent;

namespace LinkTracker.Edge.Links;

/// <summary>
/// A <see cref="LinkStore"/> that stays inside its memory. When garbage fills the log, or the index gets crowded, the live
/// records move into a fresh store and the reference is swapped: readers see the old store or the new, both complete.
/// </summary>
/// <remarks>
/// Live records may take seven eighths of the log. So whenever the log is full an eighth or more of it is garbage, a compaction
/// always makes room, and a change that makes no record longer (disabling a link, say) always succeeds.
/// </remarks>
internal sealed class CompactingStore : IDisposable
{
    private const long FirstIndexBytes = 1 << 20;

    // A bucket of 64 bytes holds seven entries: with four links for each, hardly any chain leaves its bucket.
    private const int IndexBytesPerEntry = 16;
    private const int IndexGrowth = 4;

    // Below this much garbage a compaction is not worth its time.
    private const long TolerableGarbage = 64 << 20;

    private readonly long _storeBytes;
    private LinkStore _store;
    private long _live;
    private long _entries;
    private long _rebuilds;
    private long _lost;
    private ConcurrentQueue<Code16>? _erased;

    /// <param name="memoryBytes">The most to take, 16 MiB or more. While records move, both stores share it.</param>
    /// <param name="entries">How many are about to be written, so that the index need not grow under them.</param>
    public CompactingStore(long memoryBytes, long entries = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryBytes, 16L << 20);
        _storeBytes = memoryBytes / 2;
        var index = FirstIndexBytes;
        while (entries * IndexBytesPerEntry > index && CapacityBeside(index * IndexGrowth) > 0)
        {
            index *= IndexGrowth;
        }

        _store = new LinkStore(CapacityBeside(index), index);
    }

    /// <summary>What readers read from.</summary>
    public LinkStore Current => Volatile.Read(ref _store);

    /// <summary>Live records.</summary>
    public long Entries => _entries;

    /// <summary>Bytes that left memory, of this store and those before; always 0 unless the room was reckoned wrong.</summary>
    public long LostBytes => Volatile.Read(ref _lost) + Current.LostBytes;

    /// <summary>How often the records moved.</summary>
    public long Rebuilds => Volatile.Read(ref _rebuilds);

    /// <summary>Makes room for a record in place of an old one. False when live records would take more than their share.</summary>
    /// <param name="newBytes">As <see cref="LinkStore.RecordBytes"/> tells.</param>
    /// <param name="oldBytes">0 when there is no old one.</param>
    public bool TryMakeRoom(int newBytes, int oldBytes)
    {
        var capacity = CapacityBeside(_store.IndexBytes);
        if (newBytes > oldBytes && _live + newBytes - oldBytes > capacity - (capacity / 8))
        {
            return false;
        }

        var log = _store.LogBytes;
        if (log + newBytes > capacity || log - _live > Math.Max(TolerableGarbage, 3 * _live))
        {
            Rebuild(_store.IndexBytes);
        }

        return true;
    }

    /// <summary>Writes a value for which room was made.</summary>
    public void Write(Code16 code, ReadOnlySpan<byte> value, int oldBytes)
    {
        _store.Upsert(code, value);
        _live += LinkStore.RecordBytes(value.Length) - oldBytes;
        _entries += oldBytes == 0 ? 1 : 0;
        GrowIndexIfCrowded();
    }

    public void Erase(Code16 code, int oldBytes)
    {
        // A tombstone takes a record of its own when the value is too old to be marked.
        _ = TryMakeRoom(LinkStore.RecordBytes(0), oldBytes);
        _store.Delete(code);
        _live -= oldBytes;
        _entries--;
        _erased?.Enqueue(code);
    }

    /// <summary>
    /// From here on, codes that are erased are put into the queue: an erased record leaves no trace in the log that who reads the log
    /// in the meantime could rely on. Null ends it.
    /// </summary>
    public void WatchErasures(ConcurrentQueue<Code16>? erased) => _erased = erased;

    public void Dispose() => _store.Dispose();

    private void GrowIndexIfCrowded()
    {
        var grown = _store.IndexBytes * IndexGrowth;
        if (_entries * IndexBytesPerEntry > _store.IndexBytes && _live <= CapacityBeside(grown) / 8 * 7)
        {
            Rebuild(grown);
        }
    }

    private void Rebuild(long indexBytes)
    {
        var old = _store;
        var fresh = new LinkStore(CapacityBeside(indexBytes), indexBytes);
        (_live, _entries) = old.CopyLiveTo(fresh);
        Volatile.Write(ref _lost, _lost + old.LostBytes);
        Volatile.Write(ref _store, fresh);
        Volatile.Write(ref _rebuilds, _rebuilds + 1);
        old.Retire();
    }

    private long CapacityBeside(long indexBytes) => _storeBytes - indexBytes - LinkStore.SpareBytes;
}
