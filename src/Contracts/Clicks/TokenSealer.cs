using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// Mints and verifies click tokens. The sealed block is AES-128 in the XEX construction (Rogaway 2004): the link id,
/// enciphered under a second key, masks the block before and after. A token moved to another link, or changed in any
/// bit, opens to a random block, whose 48 check bits are zero once in 2^48 tries.
/// </summary>
/// <remarks>Safe for many threads at once. Allocates nothing on processors with instructions for AES.</remarks>
public sealed class TokenSealer
{
    public const int KeyLength = 2 * AesBlock.KeyLength;

    private readonly AesBlock _block;
    private readonly AesBlock _tweak;

    /// <param name="key">32 bytes: the block key, then the tweak key.</param>
    public TokenSealer(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        _block = AesBlock.Create(key[..AesBlock.KeyLength]);
        _tweak = AesBlock.Create(key[AesBlock.KeyLength..]);
    }

    public ClickToken Mint(long linkId, ClickIdentity identity)
    {
        var mask = Mask(linkId);
        return new ClickToken(linkId, ToNumber(_block.Encrypt(ToBlock(identity.Pack()) ^ mask) ^ mask));
    }

    /// <summary>True when this sealer's key minted the token.</summary>
    public bool TryOpen(ClickToken token, out ClickIdentity identity)
    {
        var mask = Mask(token.LinkId);
        var block = ToNumber(_block.Decrypt(ToBlock(token.Sealed) ^ mask) ^ mask);
        identity = ClickIdentity.Unpack(block);
        return block >> 80 == 0;
    }

    private Vector128<byte> Mask(long linkId) => _tweak.Encrypt(ToBlock((ulong)linkId));

    private static Vector128<byte> ToBlock(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[AesBlock.KeyLength];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return Vector128.Create<byte>(bytes);
    }

    private static UInt128 ToNumber(Vector128<byte> block)
    {
        Span<byte> bytes = stackalloc byte[AesBlock.KeyLength];
        block.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
