using System.Runtime.Intrinsics;

namespace LinkTracker.Contracts.Security;

/// <summary>
/// AES-128 (FIPS 197) on single blocks under one key whose schedule is computed once. The framework's own class sets up a cipher for
/// every call, which costs more than the ciphering of one block by two orders of magnitude. Safe for many threads at once.
/// </summary>
internal abstract class AesBlock
{
    protected const int Rounds = 10;

    public const int KeyLength = 16;

    public abstract Vector128<byte> Encrypt(Vector128<byte> block);

    public abstract Vector128<byte> Decrypt(Vector128<byte> block);

    /// <summary>The fastest that this processor has.</summary>
    public static AesBlock Create(ReadOnlySpan<byte> key)
    {
        if (AesBlockX86.IsSupported)
        {
            return new AesBlockX86(key);
        }

        return AesBlockArm.IsSupported ? new AesBlockArm(key) : new AesBlockPortable(key);
    }

    /// <summary>FIPS 197, section 5.2: the key of each of the eleven steps.</summary>
    protected static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        Span<byte> words = stackalloc byte[KeyLength * (Rounds + 1)];
        key.CopyTo(words);
        byte constant = 1;
        for (var at = KeyLength; at < words.Length; at += 4)
        {
            var before = words.Slice(at - 4, 4);
            var (a, b, c, d) = (before[0], before[1], before[2], before[3]);
            if (at % KeyLength == 0)
            {
                (a, b, c, d) = ((byte)(Substitute(b) ^ constant), Substitute(c), Substitute(d), Substitute(a));
                constant = Double(constant);
            }

            words[at] = (byte)(words[at - KeyLength] ^ a);
            words[at + 1] = (byte)(words[at + 1 - KeyLength] ^ b);
            words[at + 2] = (byte)(words[at + 2 - KeyLength] ^ c);
            words[at + 3] = (byte)(words[at + 3 - KeyLength] ^ d);
        }

        var keys = new Vector128<byte>[Rounds + 1];
        for (var round = 0; round <= Rounds; round++)
        {
            keys[round] = Vector128.Create<byte>(words.Slice(round * KeyLength, KeyLength));
        }

        return keys;
    }

    // The S-box by its definition (section 5.1.1): the inverse in GF(2^8), which is the 254th power, then an affine map. Slow, and
    // of constant time, as no table is read at an address that tells of the key; forty are needed for a key.
    private static byte Substitute(byte value)
    {
        byte inverse = 1;
        for (var i = 0; i < 254; i++)
        {
            inverse = Multiply(inverse, value);
        }

        return (byte)(inverse ^ byte.RotateLeft(inverse, 1) ^ byte.RotateLeft(inverse, 2) ^ byte.RotateLeft(inverse, 3)
            ^ byte.RotateLeft(inverse, 4) ^ 0x63);
    }

    private static byte Multiply(byte one, byte other)
    {
        byte product = 0;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= (byte)(one & -((other >> bit) & 1));
            one = Double(one);
        }

        return product;
    }

    private static byte Double(byte value) => (byte)((value << 1) ^ (0x1B & -(value >> 7)));
}
