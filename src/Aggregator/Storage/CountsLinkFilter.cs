namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// A Bloom filter of the links in a block: it may say yes to a link that is not there (once in a hundred times), and never no to
/// one that is.
/// </summary>
internal static class CountsLinkFilter
{
    private const int BitsPerLink = 10;
    private const int Probes = 5;

    public static byte[] Build(IReadOnlyCollection<long> links)
    {
        var filter = new byte[Math.Max(8, (links.Count * BitsPerLink / 8) + 1)];
        foreach (var link in links)
        {
            var (bit, step) = Hash(link);
            for (var i = 0; i < Probes; i++, bit += step)
            {
                var at = bit % ((ulong)filter.Length * 8);
                filter[at / 8] |= (byte)(1 << (int)(at % 8));
            }
        }

        return filter;
    }

    public static bool MayContain(ReadOnlySpan<byte> filter, long link)
    {
        var (bit, step) = Hash(link);
        for (var i = 0; i < Probes; i++, bit += step)
        {
            var at = bit % ((ulong)filter.Length * 8);
            if ((filter[(int)(at / 8)] & (1 << (int)(at % 8))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    // The finaliser of SplitMix64: ids that follow one another must not set neighbouring bits.
    private static (ulong Bit, ulong Step) Hash(long link)
    {
        var x = (ulong)link + 0x9E37_79B9_7F4A_7C15;
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
        x ^= x >> 31;
        return (x >> 16, (x << 32) | 1);
    }
}
