using System.Buffers.Binary;
using System.Numerics;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.IO;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// What surrounds a click's bytes in the log, so that an entry proves by itself that it is whole, where it belongs and
/// whether any is missing before it. Version 1, integers little-endian:
/// <code>
///  offset  size  field
///       0     1  mark, 0xC5
///       1     1  version, 1
///       2     2  lane: the appending thread's number
///       4     8  sequence within the lane, from 1
///      12     4  the entry's address in the log, in units of 4 bytes, without the bits above the 32nd
///      16     4  CRC-32C of the epoch, offsets 0 to 16, and the click
///      20     …  click
/// </code>
/// An entry that stands at another address than it names came there with its block: taken for a click that jumps ahead, it would
/// hide those that stand in between.
/// The epoch in the sum holds random bits that no visitor knows, so a user agent cannot be shaped into an entry.
/// </summary>
internal static class ClickEnvelope
{
    public const int HeaderLength = 20;
    public const int MaxLength = HeaderLength + ClickCodec.MaxLength;

    private const byte Mark = 0xC5;
    private const byte Version = 1;
    private const int SumOffset = 16;
    private const int AddressUnitBits = 2;

    /// <summary>Fills the header of an entry whose click is already in place behind it.</summary>
    public static void Seal(Span<byte> entry, ulong epoch, ushort lane, ulong sequence, long address)
    {
        entry[0] = Mark;
        entry[1] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], lane);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[4..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], (uint)(address >> AddressUnitBits));
        BinaryPrimitives.WriteUInt32LittleEndian(entry[SumOffset..], Sum(epoch, entry));
    }

    /// <summary>
    /// False unless the bytes are exactly those that <see cref="Seal"/> left for this epoch, and at the address
    /// where they were put.
    /// </summary>
    public static bool TryOpen(ReadOnlySpan<byte> entry, ulong epoch, long address, out ushort lane, out ulong sequence)
    {
        lane = 0;
        sequence = 0;
        if (entry.Length <= HeaderLength || entry[0] != Mark || entry[1] != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(entry[SumOffset..]) != Sum(epoch, entry)
            || BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]) != (uint)(address >> AddressUnitBits))
        {
            return false;
        }

        lane = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);
        sequence = BinaryPrimitives.ReadUInt64LittleEndian(entry[4..]);
        return true;
    }

    private static uint Sum(ulong epoch, ReadOnlySpan<byte> entry) =>
        Crc32C.Append(Crc32C.Append(BitOperations.Crc32C(Crc32C.Start, epoch), entry[..SumOffset]), entry[HeaderLength..]);
}
