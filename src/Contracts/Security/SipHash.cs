using System.Buffers.Binary;

namespace LinkTracker.Contracts.Security;

/// <summary>
/// SipHash-2-4 with 64 bits (Aumasson and Bernstein 2012): a keyed hash whose values tell nothing of key or data. Its key
/// must be secret; for tables it keeps chosen keys from piling up in one bucket.
/// </summary>
public static class SipHash
{
    public const int KeyLength = 16;

    /// <param name="key">16 bytes.</param>
    /// <param name="data">Any bytes.</param>
    public static ulong Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) => Hash(key, data, default);

    /// <summary>The hash of the first bytes followed by the second, without putting them together.</summary>
    public static ulong Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        var state = new State(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));

        var length = (byte)(first.Length + second.Length);

        // The last bytes of the first part, and as many of the second as fill the word.
        var whole = first.Length & ~7;
        state.AddWords(first[..whole]);
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        var open = first.Length - whole;
        first[whole..].CopyTo(word);
        if (open > 0 && open + second.Length >= 8)
        {
            second[..(8 - open)].CopyTo(word[open..]);
            state.AddWords(word);
            second = second[(8 - open)..];
            word.Clear();
            open = 0;
        }

        whole = open > 0 ? 0 : second.Length & ~7;
        state.AddWords(second[..whole]);
        second[whole..].CopyTo(word[open..]);

        // The last word: what is left, at most seven bytes, and the length in the highest.
        return state.Finish(BinaryPrimitives.ReadUInt64LittleEndian(word) | ((ulong)length << 56));
    }

    private struct State(ulong key0, ulong key1)
    {
        private ulong _v0 = key0 ^ 0x736f6d6570736575; // "somepseudorandomlygeneratedbytes"
        private ulong _v1 = key1 ^ 0x646f72616e646f6d;
        private ulong _v2 = key0 ^ 0x6c7967656e657261;
        private ulong _v3 = key1 ^ 0x7465646279746573;

        public void AddWords(ReadOnlySpan<byte> data)
        {
            while (!data.IsEmpty)
            {
                Add(BinaryPrimitives.ReadUInt64LittleEndian(data));
                data = data[8..];
            }
        }

        public ulong Finish(ulong last)
        {
            Add(last);
            _v2 ^= 0xFF;
            Round();
            Round();
            Round();
            Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Add(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        private void Round()
        {
            _v0 += _v1;
            _v1 = ulong.RotateLeft(_v1, 13) ^ _v0;
            _v0 = ulong.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = ulong.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = ulong.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = ulong.RotateLeft(_v1, 17) ^ _v2;
            _v2 = ulong.RotateLeft(_v2, 32);
        }
    }
}
