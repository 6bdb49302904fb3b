using System.Runtime.Intrinsics;
using AesNi = System.Runtime.Intrinsics.X86.Aes;

namespace LinkTracker.Contracts.Security;

/// <summary>AES by the instructions of x86. Deciphering is the equivalent inverse cipher (FIPS 197, section 5.3.5).</summary>
internal sealed class AesBlockX86 : AesBlock
{
    private readonly Vector128<byte>[] _encryption;
    private readonly Vector128<byte>[] _decryption;

    public AesBlockX86(ReadOnlySpan<byte> key)
    {
        _encryption = Expand(key);
        _decryption = new Vector128<byte>[Rounds + 1];
        for (var round = 0; round <= Rounds; round++)
        {
            var mirrored = _encryption[Rounds - round];
            _decryption[round] = round is 0 or Rounds ? mirrored : AesNi.InverseMixColumns(mirrored);
        }
    }

    public static bool IsSupported => AesNi.IsSupported;

    public override Vector128<byte> Encrypt(Vector128<byte> block)
    {
        var keys = _encryption;
        block ^= keys[0];
        for (var round = 1; round < Rounds; round++)
        {
            block = AesNi.Encrypt(block, keys[round]);
        }

        return AesNi.EncryptLast(block, keys[Rounds]);
    }

    public override Vector128<byte> Decrypt(Vector128<byte> block)
    {
        var keys = _decryption;
        block ^= keys[0];
        for (var round = 1; round < Rounds; round++)
        {
            block = AesNi.Decrypt(block, keys[round]);
        }

        return AesNi.DecryptLast(block, keys[Rounds]);
    }
}
