using System.Buffers.Binary;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// What a log says of itself beside its segments, rewritten at each commit, so that a missing or shortened segment
/// cannot pass for an empty one.
/// </summary>
/// <param name="Edge">The edge that wrote the log.</param>
/// <param name="Epoch">The log's own number; a mark that came here from another log is not believed.</param>
/// <param name="Boot">The edge's start that wrote it.</param>
/// <param name="Begin">First address that is kept; what lay before was counted and forgotten.</param>
/// <param name="Durable">Address up to which bytes were written and synced.</param>
/// <param name="Total">Clicks below <paramref name="Durable"/>: at least so many, and when closed exactly.</param>
/// <param name="Dropped">Clicks declared lost while this log was the current one.</param>
/// <param name="IsClosed">Nothing behind <paramref name="Durable"/> is, or will ever be, part of the log.</param>
internal readonly record struct EpochMark(
    ulong Edge, ulong Epoch, int Boot, long Begin, long Durable, long Total, long Dropped, bool IsClosed)
{
    public const string FileName = "mark";
    public const int SlotLength = 512;

    private const int Length = 64;

    public void Write(SlotFile file)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Edge);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Boot);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], IsClosed ? 1 : 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Begin);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Durable);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], Total);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], Dropped);
        file.Write(bytes);
    }

    public static EpochMark? Read(byte[]? bytes, ulong epoch)
    {
        if (bytes is not { Length: Length } || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)) != epoch)
        {
            return null;
        }

        return new EpochMark(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            epoch,
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(32)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(40)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(48)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20)) == 1);
    }
}
