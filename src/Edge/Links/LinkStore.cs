using System.Collections.Concurrent;
using System.Numerics;
using FASTER.core;
using Session = FASTER.core.ClientSession<LinkTracker.Edge.Links.Code16, FASTER.core.SpanByte, int, LinkTracker.Edge.Links.StoreReader, int, LinkTracker.Edge.Links.StoreFunctions>;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Bytes by code, in memory: with <see cref="StoreFunctions"/> all that knows FASTER KV. Any number of threads read; one thread at a time writes.
/// </summary>
/// <remarks>
/// Without locks and still never a torn read: a value is never changed in place. A write appends a new record and
/// swings the chain to it, so a reader sees the old bytes or the new. The price is that the log grows with every
/// write until <see cref="CopyLiveTo"/> moves what is live into a fresh store. There is no device behind the log, and what left
/// memory would be gone without a word: the owner keeps <see cref="LogBytes"/> under the capacity.
/// A store that was replaced is left to the garbage collector, which alone knows when its last reader is done.
/// </remarks>
internal sealed unsafe class LinkStore : IDisposable
{
    /// <summary>Pages are allocated as the log reaches them. Each holds many records, whose longest has about 17 KB.</summary>
    public const int PageBytes = 1 << 20;

    /// <summary>Memory beyond the log's capacity: FASTER works ahead of the tail.</summary>
    public const long SpareBytes = 4 * PageBytes;

    [ThreadStatic]
    private static ThreadHold? _hold;

    private readonly FasterKV<Code16, SpanByte> _kv;
    private readonly NullDevice _device = new();
    private readonly Session _writer;
    private readonly long _firstAddress;

    // Queues, because finalizers use them: a bag has one of its own, and may be dead by then.
    private readonly ConcurrentQueue<StoreReader> _idle = [];
    private readonly ConcurrentQueue<StoreReader> _all = [];
    private volatile bool _retired;

    /// <param name="capacityBytes">The most that the log may hold. Memory is taken only as it fills.</param>
    /// <param name="indexBytes">A power of two; taken at once.</param>
    public LinkStore(long capacityBytes, long indexBytes)
    {
        IndexBytes = indexBytes;
        _kv = new FasterKV<Code16, SpanByte>(new FasterKVSettings<Code16, SpanByte>
        {
            IndexSize = indexBytes,
            PageSize = PageBytes,
            // Rounded up here, because FASTER would round down.
            MemorySize = (long)BitOperations.RoundUpToPowerOf2((ulong)(capacityBytes + SpareBytes)),
            SegmentSize = 1 << 30,
            MutableFraction = 0.9,
            LogDevice = _device,
            ReadCopyOptions = ReadCopyOptions.None,
            ConcurrencyControlMode = ConcurrencyControlMode.None,
            EqualityComparer = new CodeComparer(),
        });
        _writer = NewSession();
        _firstAddress = _kv.Log.BeginAddress;
    }

    public long IndexBytes { get; }

    /// <summary>Where the log begins, and where its next record goes.</summary>
    public (long Begin, long Tail) Log => (_kv.Log.BeginAddress, _kv.Log.TailAddress);

    /// <summary>Live records and dead ones.</summary>
    public long LogBytes => _kv.Log.TailAddress - _kv.Log.BeginAddress;

    /// <summary>Bytes that were pushed out of memory; always 0 unless the owner broke the capacity.</summary>
    /// <remarks>Without a device the log's begin moves along with what left memory, so it is held against where it was.</remarks>
    public long LostBytes => Math.Max(_kv.Log.HeadAddress, _kv.Log.BeginAddress) - _firstAddress;

    /// <summary>Sessions made so far: about as many as threads ever read at a time.</summary>
    public int Sessions => _all.Count;

    /// <summary>What a value of that length takes: record header, code, length, padding.</summary>
    public static int RecordBytes(int valueLength) => (8 + 16 + 4 + valueLength + 7) & ~7;

    /// <summary>The value, valid until this thread reads again from any store.</summary>
    public bool TryRead(Code16 code, out ReadOnlySpan<byte> value)
    {
        var found = TryRead(code, out StoreReader reader);
        value = found ? reader.Value : default;
        return found;
    }

    public void Upsert(Code16 code, ReadOnlySpan<byte> value)
    {
        fixed (byte* pinned = value)
        {
            var bytes = SpanByte.FromPointer(pinned, value.Length);
            _ = _writer.Upsert(ref code, ref bytes);
        }
    }

    public void Delete(Code16 code) => _ = _writer.Delete(ref code);

    /// <summary>Copies the newest record of every code that is not deleted, and tells what was copied.</summary>
    public (long RecordBytes, long Records) CopyLiveTo(LinkStore target)
    {
        var (bytes, count) = (0L, 0L);
        ForEachLive(Log.Begin, Log.Tail, (code, value) =>
        {
            target.Upsert(code, value);
            bytes += RecordBytes(value.Length);
            count++;
        });
        return (bytes, count);
    }

    /// <summary>
    /// Shows each record between two addresses that is the newest of its code and not deleted. No write may be under way below the
    /// second address when it is taken; what is written or deleted meanwhile may be seen or not, but never in part.
    /// </summary>
    public void ForEachLive(long from, long to, RecordSeen seen)
    {
        using var records = _kv.Log.Scan(from, to, ScanBufferingMode.NoBuffering);
        while (records.GetNext(out var info))
        {
            // The log holds every version; the newest is the one that a read finds.
            var code = records.GetKey();
            if (!info.Tombstone && TryRead(code, out StoreReader reader) && reader.Address == records.CurrentAddress)
            {
                seen(code, reader.Value);
            }
        }
    }

    /// <summary>
    /// Called once no new reader can find this store. Threads keep their sessions, and a session would keep the whole
    /// store alive on a thread that never reads again; so each is let go of here. A read that is under way goes on.
    /// </summary>
    public void Retire()
    {
        _retired = true;
        foreach (var reader in _all)
        {
            reader.Detach();
        }
    }

    public void Dispose()
    {
        Retire();
        _writer.Dispose();
        _kv.Dispose();
        _device.Dispose();
    }

    private bool TryRead(Code16 code, out StoreReader reader)
    {
        reader = _hold is { } hold && hold.Reader.Store == this ? hold.Reader : TakeReader();
        var session = reader.Session ?? NewSession();
        var unused = 0;
        return session.Read(ref code, ref unused, ref reader).Found;
    }

    /// <summary>Not to a retired store: the thread may still be using what it has just let go of.</summary>
    private void GiveBack(StoreReader reader)
    {
        if (!_retired)
        {
            _idle.Enqueue(reader);
        }
    }

    private StoreReader TakeReader()
    {
        if (!_idle.TryDequeue(out var reader))
        {
            reader = new StoreReader(this, NewSession());
            _all.Enqueue(reader);
        }

        // In this order: either Retire sees the reader, or this thread sees that the store is retired.
        _hold = new ThreadHold(reader);
        if (_retired)
        {
            _hold = null;
        }

        return reader;
    }

    private Session NewSession() => _kv.For(default(StoreFunctions)).NewSession<StoreFunctions>();

    /// <summary>What a thread holds. When the thread ends, the reader goes to the next one that wants it.</summary>
    private sealed class ThreadHold(StoreReader reader)
    {
        ~ThreadHold() => Reader.Store?.GiveBack(Reader);

        public StoreReader Reader { get; } = reader;
    }
}

/// <summary>The value is valid until the thread reads again.</summary>
internal delegate void RecordSeen(Code16 code, ReadOnlySpan<byte> value);

/// <summary>A session, for one thread at a time, and the value that it read last.</summary>
internal sealed class StoreReader(LinkStore store, Session session)
{
    private byte[] _bytes = new byte[512];
    private int _length;

    public LinkStore? Store { get; private set; } = store;

    public Session? Session { get; private set; } = session;

    public long Address { get; private set; }

    public ReadOnlySpan<byte> Value => _bytes.AsSpan(0, _length);

    public void Take(ReadOnlySpan<byte> value, long address)
    {
        if (value.Length > _bytes.Length)
        {
            _bytes = new byte[value.Length * 2];
        }

        value.CopyTo(_bytes);
        _length = value.Length;
        Address = address;
    }

    public void Detach()
    {
        Store = null;
        Session = null;
    }
}
