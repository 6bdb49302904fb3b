using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// How FasterLog 2.6.5 lays entries out with a checksum for each: 8 bytes of checksum (XOR of what follows), 4 bytes of
/// length, the entry, zeros up to a multiple of 4. An entry never crosses a page; what is left of a page is zero.
/// The golden bytes in the tests were written by the store itself and hold this fast.
/// </summary>
internal static class LogFrame
{
    public const int HeaderLength = 12;
    public const int Alignment = 4;

    /// <summary>The most bytes of a page that can be left over: one less than the longest entry takes, aligned.</summary>
    public const int MaxPadding = MaxLength - Alignment;

    private const int MaxLength = HeaderLength + ((ClickEnvelope.MaxLength + Alignment - 1) & ~(Alignment - 1));

    /// <summary>
    /// Reads the entry at the start of <paramref name="bytes"/>, which stand at the address in their log. False unless a
    /// whole, valid one stands there.
    /// </summary>
    /// <param name="isIntact">Whether the frame around the valid entry is as it was written, too.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ulong epoch, long address, out FramedClick click, out bool isIntact)
    {
        click = default;
        isIntact = false;
        if (bytes.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (length is <= ClickEnvelope.HeaderLength or > ClickEnvelope.MaxLength)
        {
            return false;
        }

        var total = HeaderLength + ((length + Alignment - 1) & ~(Alignment - 1));
        if (total > bytes.Length
            || !ClickEnvelope.TryOpen(bytes.Slice(HeaderLength, length), epoch, address, out var lane, out var sequence))
        {
            return false;
        }

        var entry = bytes.Slice(HeaderLength, length);
        click = new FramedClick(total, lane, sequence, entry[ClickEnvelope.HeaderLength..]);
        isIntact = BinaryPrimitives.ReadUInt64LittleEndian(bytes) == Checksum(bytes.Slice(8, length + 4))
            && !bytes[(HeaderLength + length)..total].ContainsAnyExcept((byte)0);
        return true;
    }

    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0UL;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            sum ^= word;
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            sum ^= rest;
        }

        return sum;
    }
}

/// <summary>A valid entry: what it takes in the log, its place in its lane, and the click's bytes.</summary>
internal readonly ref struct FramedClick(int total, ushort lane, ulong sequence, ReadOnlySpan<byte> bytes)
{
    public int Total { get; } = total;

    public ushort Lane { get; } = lane;

    public ulong Sequence { get; } = sequence;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
