using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace LinkTracker.Contracts.Security;

/// <summary>AES by the framework, for processors without instructions for it. Each call sets up a cipher and allocates.</summary>
internal sealed class AesBlockPortable : AesBlock
{
    private readonly Aes _aes;

    public AesBlockPortable(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        _aes = Aes.Create();
        _aes.SetKey(key);
    }

    public override Vector128<byte> Encrypt(Vector128<byte> block)
    {
        Span<byte> from = stackalloc byte[KeyLength];
        Span<byte> to = stackalloc byte[KeyLength];
        block.CopyTo(from);
        _aes.EncryptEcb(from, to, PaddingMode.None);
        return Vector128.Create<byte>(to);
    }

    public override Vector128<byte> Decrypt(Vector128<byte> block)
    {
        Span<byte> from = stackalloc byte[KeyLength];
        Span<byte> to = stackalloc byte[KeyLength];
        block.CopyTo(from);
        _aes.DecryptEcb(from, to, PaddingMode.None);
        return Vector128.Create<byte>(to);
    }
}
