using System.Buffers.Binary;
using System.Text;
using LinkTracker.Contracts.IO;

namespace LinkTracker.Edge.Links;

/// <summary>
/// The first 4 KiB of a snapshot, written last. Integers little-endian:
/// <code>
///  offset  size  field
///       0     8  "LTLINKS" and the version of the form, 1
///       8     4  CRC-32C of all behind it, up to 4096
///      12     8  file id: random, in the sum of every block, so that a block of another file does not pass
///      20    32  hash key of the codes
///      52     8  version of the newest change that is in it
///      60     8  links
///      68     8  live records: links and normal forms
///      76     8  blocks
///      84     8  bytes of the file
///      92     2  length of the source's name
///      94     2  length of the default domain
///      96     …  the source's name and the default domain, UTF-8
/// </code>
/// Behind it come blocks: length of content (4), CRC-32C of file id, number of the block, kind, length and content (4), kind (1), content.
/// <code>
///  kind 1  records, each code once: code (16), length (2), value
///  kind 2  the same, of codes that changed while the file was written; a later one replaces, length 0 erases
///  kind 3  domains in order of their numbers: length (2), host in UTF-8
/// </code>
/// A value is a <see cref="LinkRecord"/> or <see cref="LookAlikes"/>. When either of them, or a code, or a normal form changes,
/// the version of the form must: then the first start of the new program asks the source for everything.
/// </summary>
internal sealed record SnapshotHeader(ulong FileId, byte[] HashKey, string Source, string DefaultDomain)
{
    public const int Bytes = 4_096;
    public const int BlockHeaderBytes = 9;
    public const int RecordHeaderBytes = 18;

    /// <summary>More than the longest record: its url, expired url and key.</summary>
    public const int BlockBytes = 1 << 20;

    private const int NamesAt = 96;

    public long Version { get; init; }

    public long Links { get; init; }

    public long Entries { get; init; }

    public long Blocks { get; init; }

    public long FileBytes { get; init; }

    private static ReadOnlySpan<byte> Magic => "LTLINKS\u0001"u8;

    /// <exception cref="InvalidDataException">It is no header, or a damaged one.</exception>
    public static SnapshotHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Bytes || !bytes.StartsWith(Magic))
        {
            throw new InvalidDataException("it is not a snapshot of this version");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Crc32C.Append(Crc32C.Start, bytes[12..Bytes]))
        {
            throw new InvalidDataException("its header is damaged");
        }

        var source = BinaryPrimitives.ReadUInt16LittleEndian(bytes[92..]);
        var domain = BinaryPrimitives.ReadUInt16LittleEndian(bytes[94..]);
        return new SnapshotHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]),
            bytes.Slice(20, Code16.HashKeyBytes).ToArray(),
            Encoding.UTF8.GetString(bytes.Slice(NamesAt, source)),
            Encoding.UTF8.GetString(bytes.Slice(NamesAt + source, domain)))
        {
            Version = BinaryPrimitives.ReadInt64LittleEndian(bytes[52..]),
            Links = BinaryPrimitives.ReadInt64LittleEndian(bytes[60..]),
            Entries = BinaryPrimitives.ReadInt64LittleEndian(bytes[68..]),
            Blocks = BinaryPrimitives.ReadInt64LittleEndian(bytes[76..]),
            FileBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[84..]),
        };
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(12), FileId);
        HashKey.CopyTo(bytes, 20);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(52), Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(60), Links);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(68), Entries);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(76), Blocks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(84), FileBytes);
        var source = Encoding.UTF8.GetBytes(Source, bytes.AsSpan(NamesAt));
        var domain = Encoding.UTF8.GetBytes(DefaultDomain, bytes.AsSpan(NamesAt + source));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(92), (ushort)source);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(94), (ushort)domain);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Crc32C.Append(Crc32C.Start, bytes.AsSpan(12)));
        return bytes;
    }

    /// <summary>The sum of a block, whose header holds length and kind already.</summary>
    public uint SumOf(long number, ReadOnlySpan<byte> block)
    {
        Span<byte> place = stackalloc byte[21];
        BinaryPrimitives.WriteUInt64LittleEndian(place, FileId);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], number);
        place[16] = block[8];
        block[..4].CopyTo(place[17..]);
        return Crc32C.Append(Crc32C.Append(Crc32C.Start, place), block[BlockHeaderBytes..]);
    }
}

internal enum SnapshotBlock : byte
{
    Records = 1,
    Changes = 2,
    Domains = 3,
}
