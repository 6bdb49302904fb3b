using System.Buffers;
using System.Buffers.Binary;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// A run of single clicks of one log that fall into one window of its addresses. Which clicks share a window depends on
/// addresses alone, so the same log gives the same blocks however it is sliced.
/// </summary>
/// <remarks>
/// Each click is: address (8 bytes), verdict (1 byte: disposition, and 128 when unique), length (2 bytes), the click's bytes;
/// little-endian.
/// </remarks>
internal sealed class ClickPart(LogKey log, long window)
{
    private const int EntryHeader = 11;
    private const byte UniqueFlag = 0x80;

    // 256 KiB of log: some thousand clicks.
    private const int WindowBits = 18;

    private readonly ArrayBufferWriter<byte> _data = new();

    public LogKey Log { get; } = log;

    public long Window { get; } = window;

    public long FirstAddress { get; private set; }

    public long FirstTimeMs { get; private set; } = long.MaxValue;

    public long LastTimeMs { get; private set; } = long.MinValue;

    public int Count { get; private set; }

    public HashSet<long> Links { get; } = [];

    public ReadOnlyMemory<byte> Data => _data.WrittenMemory;

    public static long WindowOf(long address) => address >> WindowBits;

    public void Add(long address, Disposition disposition, bool unique, in ClickRecord click, ReadOnlySpan<byte> bytes)
    {
        if (Count == 0)
        {
            FirstAddress = address;
        }

        var entry = _data.GetSpan(EntryHeader + bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(entry, address);
        entry[8] = (byte)((byte)disposition | (unique ? UniqueFlag : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[9..], checked((ushort)bytes.Length));
        bytes.CopyTo(entry[EntryHeader..]);
        _data.Advance(EntryHeader + bytes.Length);

        Links.Add(click.Token.LinkId);
        FirstTimeMs = Math.Min(FirstTimeMs, click.OccurredAtMs);
        LastTimeMs = Math.Max(LastTimeMs, click.OccurredAtMs);
        Count++;
    }

    /// <summary>Adds the clicks of another part of the same window.</summary>
    public void Append(ClickPart later)
    {
        FirstAddress = Count == 0 ? later.FirstAddress : FirstAddress;
        _data.Write(later.Data.Span);
        Links.UnionWith(later.Links);
        FirstTimeMs = Math.Min(FirstTimeMs, later.FirstTimeMs);
        LastTimeMs = Math.Max(LastTimeMs, later.LastTimeMs);
        Count += later.Count;
    }

    /// <summary>The clicks of a part's data, in order.</summary>
    public static Enumerable Read(ReadOnlySpan<byte> data) => new(data);

    public readonly ref struct Enumerable(ReadOnlySpan<byte> data)
    {
        private readonly ReadOnlySpan<byte> _data = data;

        public Enumerator GetEnumerator() => new(_data);
    }

    public ref struct Enumerator(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public StoredClick Current { get; private set; }

        /// <exception cref="DamagedBlockException">The data is not what <see cref="Add"/> wrote.</exception>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var end = _rest.Length < EntryHeader ? int.MaxValue : EntryHeader + BinaryPrimitives.ReadUInt16LittleEndian(_rest[9..]);
            if (end > _rest.Length || !ClickCodec.TryRead(_rest[EntryHeader..end], out var click))
            {
                throw new DamagedBlockException("A block of stored clicks cannot be read.");
            }

            Current = new StoredClick(
                BinaryPrimitives.ReadInt64LittleEndian(_rest),
                (Disposition)(_rest[8] & ~UniqueFlag),
                (_rest[8] & UniqueFlag) != 0,
                click,
                _rest[EntryHeader..end]);
            _rest = _rest[end..];
            return true;
        }
    }
}

/// <summary>A click with the verdict under which it was counted. A view over bytes that the caller owns.</summary>
internal readonly ref struct StoredClick(long address, Disposition disposition, bool unique, ClickRecord record, ReadOnlySpan<byte> bytes)
{
    public long Address { get; } = address;

    public Disposition Disposition { get; } = disposition;

    public bool Unique { get; } = unique;

    public ClickRecord Record { get; } = record;

    /// <summary>The record as it stood in the log.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>Stored clicks are not what was written. The sums, which stand elsewhere, are not touched by it.</summary>
internal sealed class DamagedBlockException(string message, Exception? cause = null) : Exception(message, cause)
{
    // What is cut short may still end between two clicks, and then reads like a whole one.
    public static void ThrowUnless(long read, long stored)
    {
        if (read != stored)
        {
            throw new DamagedBlockException($"A block of {stored} stored clicks holds {read}.");
        }
    }
}
