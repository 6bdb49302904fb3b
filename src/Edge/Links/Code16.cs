using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Edge.Links;

/// <summary>
/// The table's key: a domain's number and a key of the domain, in 16 bytes. A key of at most 12 bytes stands there
/// itself, so equal codes are equal keys. A longer one stands as 120 bits of a keyed hash: its record holds the key's
/// text, which is compared at every read, and a second key with the same hash (once in 2^120 pairs; nobody can search for one
/// without the table's random key) is refused when it is written.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Code16(ulong Low, ulong High)
{
    public const int InlineBytes = 12;

    /// <summary>Random bytes under which a table hashes long keys.</summary>
    public const int HashKeyBytes = 2 * SipHash.KeyLength;

    /// <summary>Domain numbers have three bytes.</summary>
    public const int MaxDomain = (1 << 24) - 1;

    // The first byte: length of an inline key, or Hashed; with LookAlike added for normal forms, which live beside keys.
    private const byte Hashed = 0x40;
    private const byte LookAlike = 0x80;

    public bool IsHashed => ((byte)Low & Hashed) != 0;

    public bool IsLookAlike => ((byte)Low & LookAlike) != 0;

    /// <summary>The domain's number in an inline code.</summary>
    public int InlineDomain => (int)((uint)Low >> 8);

    /// <summary>Where a link is found by its exact key.</summary>
    public static Code16 OfKey(ReadOnlySpan<byte> hashKey, int domain, ReadOnlySpan<byte> key) => Of(0, hashKey, domain, key);

    /// <summary>Where the links are counted that share a normal form.</summary>
    public static Code16 OfNormalForm(ReadOnlySpan<byte> hashKey, int domain, ReadOnlySpan<byte> normal) =>
        Of(LookAlike, hashKey, domain, normal);

    /// <summary>Writes the key of an inline code, and returns its length.</summary>
    public int CopyInlineKey(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], High);
        var length = bytes[0] & (Hashed - 1);
        bytes.Slice(4, length).CopyTo(destination);
        return length;
    }

    private static Code16 Of(byte kind, ReadOnlySpan<byte> hashKey, int domain, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (key.Length <= InlineBytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, ((uint)domain << 8) | kind | (uint)key.Length);
            key.CopyTo(bytes[4..]);
        }
        else
        {
            Hash(hashKey, domain, key, bytes);
            bytes[0] = (byte)(kind | Hashed);
        }

        return new Code16(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }

    private static void Hash(ReadOnlySpan<byte> hashKey, int domain, ReadOnlySpan<byte> key, Span<byte> hash)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, domain);
        BinaryPrimitives.WriteUInt64LittleEndian(hash, SipHash.Hash(hashKey[..SipHash.KeyLength], number, key));
        BinaryPrimitives.WriteUInt64LittleEndian(hash[8..], SipHash.Hash(hashKey[SipHash.KeyLength..], number, key));
    }
}
