using System.Numerics;
using System.Runtime.InteropServices;

namespace LinkTracker.Contracts.IO;

/// <summary>CRC-32C without the usual inversions; they add nothing where both ends are ours.</summary>
public static class Crc32C
{
    /// <summary>What to begin with.</summary>
    public const uint Start = ~0u;

    /// <summary>The sum of what was summed before and these bytes. Where a text is cut into parts does not matter.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}
