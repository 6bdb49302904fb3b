using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// Mints and verifies click tokens. The sealed block is AES-128 in the XEX construction (Rogaway 2004): the link id,
/// enciphered under a second key, masks the block before and after. A token moved to another link, or changed in any
/// bit, opens to a random block, whose 48 check bits are zero once in 2^48 tries.
/// </summary>
/// <remarks>Safe for many threads at once.</remarks>
public sealed class TokenSealer
{
    private readonly Aes _block;
    private readonly Aes _tweak;

    /// <param name="key">32 bytes: the block key, then the tweak key.</param>
    public TokenSealer(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32);
        _block = Aes.Create();
        _block.Key = key[..16].ToArray();
        _tweak = Aes.Create();
        _tweak.Key = key[16..].ToArray();
    }

    public ClickToken Mint(long linkId, ClickIdentity identity)
    {
        var mask = Mask(linkId);
        return new ClickToken(linkId, Run(_block, identity.Pack() ^ mask, encrypt: true) ^ mask);
    }

    /// <summary>True when this sealer's key minted the token.</summary>
    public bool TryOpen(ClickToken token, out ClickIdentity identity)
    {
        var mask = Mask(token.LinkId);
        var block = Run(_block, token.Sealed ^ mask, encrypt: false) ^ mask;
        identity = ClickIdentity.Unpack(block);
        return block >> 80 == 0;
    }

    private UInt128 Mask(long linkId) => Run(_tweak, (ulong)linkId, encrypt: true);

    private static UInt128 Run(Aes aes, UInt128 input, bool encrypt)
    {
        Span<byte> from = stackalloc byte[16];
        Span<byte> to = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(from, input);
        _ = encrypt ? aes.EncryptEcb(from, to, PaddingMode.None) : aes.DecryptEcb(from, to, PaddingMode.None);
        return BinaryPrimitives.ReadUInt128BigEndian(to);
    }
}
