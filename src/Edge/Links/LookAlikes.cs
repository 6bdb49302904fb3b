using System.Buffers.Binary;

namespace LinkTracker.Edge.Links;

/// <summary>
/// How many links share a normal form. Their codes are added up by exclusive or: when one link is left, the sum is its
/// code, so a form that thousands share costs no more than one that two share, and no list is searched.
/// </summary>
/// <param name="Links">Links with this normal form.</param>
/// <param name="Bent">Those of them whose key is not the normal form itself. Without any, no entry is needed.</param>
/// <param name="Sum">Exclusive or of their codes.</param>
internal readonly record struct LookAlikes(int Links, int Bent, Code16 Sum)
{
    public const int ByteLength = 24;

    public LookAlikes With(Code16 code, bool bent) => new(Links + 1, Bent + (bent ? 1 : 0), Add(code));

    public LookAlikes Without(Code16 code, bool bent) => new(Links - 1, Bent - (bent ? 1 : 0), Add(code));

    public static LookAlikes Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        new Code16(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..])));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Links);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Bent);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Sum.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Sum.High);
    }

    private Code16 Add(Code16 code) => new(Sum.Low ^ code.Low, Sum.High ^ code.High);
}
