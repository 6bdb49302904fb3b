namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// Which partition the clicks of a link belong to. Edges send by it and counts are kept by it, so it is part of the format:
/// golden values in the tests hold it fast.
/// </summary>
public static class LinkPartition
{
    /// <param name="linkId">Any number; ids that follow each other are spread as well as random ones.</param>
    /// <param name="partitions">How many there are, at least 1.</param>
    /// <returns>From 0 to <paramref name="partitions"/> - 1.</returns>
    public static int Of(long linkId, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return (int)Math.BigMul(Mix((ulong)linkId), (ulong)partitions, out _);
    }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the id moves every bit of the result, of which the upper
    // ones choose the partition.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
