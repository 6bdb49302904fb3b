using System.Runtime.InteropServices;

namespace LinkTracker.Aggregator.Counting;

/// <summary>Where a number is kept: one hour of one link, split by one dimension.</summary>
/// <param name="LinkId">0 stands for all links together.</param>
/// <param name="Hour">Hours since 1970, UTC.</param>
internal readonly record struct CountKey(Dimension Dimension, long LinkId, long Hour, string Value)
{
    public const long AllLinks = 0;
}

/// <summary>Everything that some slices change, to be stored as a whole or not at all.</summary>
internal sealed class CountBatch
{
    private static readonly Dimension[] Dimensions = Enum.GetValues<Dimension>();

    public Dictionary<CountKey, ClickTally> Hours { get; } = [];

    /// <summary>Unix milliseconds of each link's newest valid click in the batch.</summary>
    public Dictionary<long, long> LastClicks { get; } = [];

    /// <summary>For each log what is expected to be stored, null when nothing is, and what is to stand there then.</summary>
    public Dictionary<LogKey, (LogProgress? Before, LogProgress After)> Progress { get; } = [];

    /// <summary>The clicks themselves, in the order of their addresses within a log.</summary>
    public List<ClickPart> Parts { get; } = [];

    public List<QuarantinedRange> Quarantine { get; } = [];

    /// <summary>Ids of what leaves the quarantine, because the batch counts it.</summary>
    public List<long> Replayed { get; } = [];

    /// <summary>Clicks handed over, skipped ones included.</summary>
    public int Clicks { get; set; }

    public void Count(long linkId, long occurredAtMs, in ClickTraits traits, Disposition disposition, bool unique)
    {
        var hour = UtcBuckets.Hour(occurredAtMs);
        if (disposition == Disposition.Valid)
        {
            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(LastClicks, linkId, out _);
            last = Math.Max(last, occurredAtMs);
        }

        foreach (var dimension in Dimensions)
        {
            var value = traits[dimension];
            Tally(new CountKey(dimension, linkId, hour, value)).Add(disposition, unique);
            Tally(new CountKey(dimension, CountKey.AllLinks, hour, value)).Add(disposition, unique);
        }
    }

    private ref ClickTally Tally(in CountKey key) => ref CollectionsMarshal.GetValueRefOrAddDefault(Hours, key, out _);
}
