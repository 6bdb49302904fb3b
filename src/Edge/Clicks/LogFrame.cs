using System.Buffers.Binary;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// How entries follow each other in a log: 4 bytes of length (little-endian), the entry, zeros up to a multiple of 4. An
/// entry never crosses a page; what is left of a page is zero. The golden bytes in the tests hold this fast.
/// </summary>
internal static class LogFrame
{
    public const int HeaderLength = 4;
    public const int Alignment = 4;

    /// <summary>The most bytes of a page that can be left over: one less than the longest entry takes, aligned.</summary>
    public static int MaxPadding => TotalOf(ClickEnvelope.MaxLength) - Alignment;

    /// <summary>What an entry of that length takes in the log.</summary>
    public static int TotalOf(int length) => HeaderLength + ((length + Alignment - 1) & ~(Alignment - 1));

    /// <summary>
    /// Reads the entry at the start of <paramref name="bytes"/>, which stand at the address in their log. False unless a
    /// whole, valid one stands there.
    /// </summary>
    /// <param name="isIntact">Whether the zeros behind the valid entry are as they were written, too.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ulong epoch, long address, out FramedClick click, out bool isIntact)
    {
        click = default;
        isIntact = false;
        if (bytes.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is <= ClickEnvelope.HeaderLength or > ClickEnvelope.MaxLength || TotalOf(length) > bytes.Length
            || !ClickEnvelope.TryOpen(bytes.Slice(HeaderLength, length), epoch, address, out var lane, out var sequence))
        {
            return false;
        }

        var total = TotalOf(length);
        click = new FramedClick(total, lane, sequence, bytes.Slice(HeaderLength, length)[ClickEnvelope.HeaderLength..]);
        isIntact = !bytes[(HeaderLength + length)..total].ContainsAnyExcept((byte)0);
        return true;
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
