using System.Runtime.Intrinsics;
using AesArm = System.Runtime.Intrinsics.Arm.Aes;

namespace LinkTracker.Contracts.Security;

/// <summary>AES by the instructions of Arm, which add a step's key before its substitution where those of x86 do so behind it.</summary>
internal sealed class AesBlockArm : AesBlock
{
    private readonly Vector128<byte>[] _encryption;
    private readonly Vector128<byte>[] _decryption;

    public AesBlockArm(ReadOnlySpan<byte> key)
    {
        _encryption = Expand(key);
        _decryption = new Vector128<byte>[Rounds + 1];
        for (var round = 0; round <= Rounds; round++)
        {
            var mirrored = _encryption[Rounds - round];
            _decryption[round] = round is 0 or Rounds ? mirrored : AesArm.InverseMixColumns(mirrored);
        }
    }

    public static bool IsSupported => AesArm.IsSupported;

    public override Vector128<byte> Encrypt(Vector128<byte> block)
    {
        var keys = _encryption;
        for (var round = 0; round < Rounds - 1; round++)
        {
            block = AesArm.MixColumns(AesArm.Encrypt(block, keys[round]));
        }

        return AesArm.Encrypt(block, keys[Rounds - 1]) ^ keys[Rounds];
    }

    public override Vector128<byte> Decrypt(Vector128<byte> block)
    {
        var keys = _decryption;
        for (var round = 0; round < Rounds - 1; round++)
        {
            block = AesArm.InverseMixColumns(AesArm.Decrypt(block, keys[round]));
        }

        return AesArm.Decrypt(block, keys[Rounds - 1]) ^ keys[Rounds];
    }
}
