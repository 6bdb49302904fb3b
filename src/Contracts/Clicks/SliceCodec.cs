using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LinkTracker.Contracts.IO;

namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// The bytes of a slice on its way from an Edge to the counts, the value of one record. Version 1, integers little-endian:
/// <code>
///  offset  size  field
///       0     4  CRC-32C of everything behind it
///       4     1  version, 1
///       5     8  edge
///      13     8  epoch
///      21     8  from
///      29     8  to
///      37     8  previous
///      45     4  number of clicks
///      49     4  number of damaged ranges
///      53     4  length of the payload
///      57     …  damaged ranges: from (8), to (8), missing (8), length of reason (2), length of bytes (4), reason, bytes
///       …     …  payload, as <see cref="ClickSlice"/> has it
/// </code>
/// The partition is where the record was found, so it stands nowhere. Every version keeps the sum and the version's number
/// where they are: so a record of a newer version is told from a damaged one, and is kept until a program that knows it comes. A
/// later version may only append fields to the header, behind the length of the payload; its reader tells from the number whether they
/// are there, and goes on reading the versions before. Golden bytes in the tests hold each version fast.
/// </summary>
public static class SliceCodec
{
    public const byte Version = 1;

    private const int VersionOffset = 4;
    private const int HeaderLength = 57;
    private const int RangeHeaderLength = 30;

    /// <summary>Number of bytes that <see cref="Write"/> makes of a slice, the clicks left out.</summary>
    public static int MeasureEnvelope(ClickSlice slice) =>
        HeaderLength + slice.Damaged.Sum(range => RangeHeaderLength + Encoding.UTF8.GetByteCount(range.Reason) + range.Bytes.Length);

    public static byte[] Write(ClickSlice slice)
    {
        var bytes = new byte[MeasureEnvelope(slice) + slice.Payload.Length];
        bytes[VersionOffset] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(5), slice.Edge);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(13), slice.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(21), slice.From);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(29), slice.To);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(37), slice.Previous);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(45), slice.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(49), slice.Damaged.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(53), slice.Payload.Length);

        var rest = bytes.AsSpan(HeaderLength);
        foreach (var range in slice.Damaged)
        {
            rest = rest[WriteRange(range, rest)..];
        }

        slice.Payload.Span.CopyTo(rest);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Sum(bytes));
        return bytes;
    }

    /// <summary>Reads a slice whose payload points into <paramref name="source"/>.</summary>
    /// <param name="partition">Where the bytes were found.</param>
    /// <param name="slice">Null when the bytes are refused.</param>
    /// <param name="reason">For people: why they are refused; null when they are not.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> source, int partition, [NotNullWhen(true)] out ClickSlice? slice, [NotNullWhen(false)] out string? reason)
    {
        slice = null;
        reason = Refuse(source.Span);
        if (reason is not null)
        {
            return false;
        }

        var header = source.Span;
        var rest = source[HeaderLength..];
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[53..]);
        if (!TryReadRanges(ref rest, BinaryPrimitives.ReadInt32LittleEndian(header[49..]), out var damaged) || rest.Length != length)
        {
            reason = "The lengths within the slice do not add up.";
            return false;
        }

        var read = new ClickSlice
        {
            Partition = partition,
            Edge = BinaryPrimitives.ReadUInt64LittleEndian(header[5..]),
            Epoch = BinaryPrimitives.ReadUInt64LittleEndian(header[13..]),
            From = BinaryPrimitives.ReadInt64LittleEndian(header[21..]),
            To = BinaryPrimitives.ReadInt64LittleEndian(header[29..]),
            Previous = BinaryPrimitives.ReadInt64LittleEndian(header[37..]),
            Count = BinaryPrimitives.ReadInt32LittleEndian(header[45..]),
            Payload = rest,
            Damaged = damaged,
        };
        reason = Contradiction(read);
        slice = reason is null ? read : null;
        return slice is not null;
    }

    private static int WriteRange(DamagedRange range, Span<byte> destination)
    {
        var reason = Encoding.UTF8.GetBytes(range.Reason, destination[RangeHeaderLength..]);
        BinaryPrimitives.WriteInt64LittleEndian(destination, range.From);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], range.To);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], range.Missing);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[24..], checked((ushort)reason));
        BinaryPrimitives.WriteInt32LittleEndian(destination[26..], range.Bytes.Length);
        range.Bytes.Span.CopyTo(destination[(RangeHeaderLength + reason)..]);
        return RangeHeaderLength + reason + range.Bytes.Length;
    }

    private static bool TryReadRanges(ref ReadOnlyMemory<byte> rest, int count, out List<DamagedRange> ranges)
    {
        ranges = [];
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < RangeHeaderLength)
            {
                return false;
            }

            var header = rest.Span;
            var reason = BinaryPrimitives.ReadUInt16LittleEndian(header[24..]);
            var bytes = BinaryPrimitives.ReadInt32LittleEndian(header[26..]);
            if (bytes < 0 || bytes > rest.Length - RangeHeaderLength - reason)
            {
                return false;
            }

            ranges.Add(new DamagedRange(
                BinaryPrimitives.ReadInt64LittleEndian(header),
                BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
                Encoding.UTF8.GetString(header.Slice(RangeHeaderLength, reason)),
                rest.Slice(RangeHeaderLength + reason, bytes)));
            rest = rest[(RangeHeaderLength + reason + bytes)..];
        }

        return true;
    }

    private static string? Refuse(ReadOnlySpan<byte> source)
    {
        if (source.Length <= VersionOffset || BinaryPrimitives.ReadUInt32LittleEndian(source) != Sum(source))
        {
            return "The bytes are not those that were sent: their checksum is wrong.";
        }

        if (source[VersionOffset] != Version)
        {
            return $"Version {source[VersionOffset]} of a slice; this program knows version {Version} only.";
        }

        return source.Length < HeaderLength ? "The bytes are too few for a slice." : null;
    }

    // A right sum tells that these bytes were sent, not that their sender was in order. What is read here, others count without looking.
    private static string? Contradiction(ClickSlice slice)
    {
        if (slice.From < 0 || slice.To < slice.From || slice.Damaged.Any(range => range.To < range.From || range.Missing < 0))
        {
            return "A range of addresses in the slice ends before it begins.";
        }

        var (count, before) = (0, slice.From - 1);
        try
        {
            foreach (var entry in slice)
            {
                if (entry.Address <= before || entry.Address >= slice.To)
                {
                    return "A click of the slice stands outside of its addresses, or not in their order.";
                }

                before = entry.Address;
                count++;
            }
        }
        catch (InvalidDataException ends)
        {
            return ends.Message;
        }

        return count == slice.Count ? null : $"The slice names {slice.Count} clicks and holds {count}.";
    }

    private static uint Sum(ReadOnlySpan<byte> bytes) => Crc32C.Append(Crc32C.Start, bytes[VersionOffset..]);
}
