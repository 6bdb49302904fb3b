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

    /// <summary>Bytes that are to be kept in quarantine.</summary>
    public long QuarantinedBytes => Quarantine.Sum(range => (long)range.Bytes.Length);

    /// <summary>Ids of what leaves the quarantine, because the batch counts it.</summary>
    public List<long> Replayed { get; } = [];

    /// <summary>Clicks handed over, skipped ones included.</summary>
    public int Clicks { get; set; }

    public void Count(long linkId, long occurredAtMs, in ClickTraits traits, Disposition disposition, bool unique)
    {
        var hour = UtcBuckets.Hour(occurredAtMs);
        if (disposition == Disposition.Valid)
        {
            SetLast(linkId, occurredAtMs);
        }

        foreach (var dimension in Dimensions)
        {
            var value = traits[dimension];
            Tally(new CountKey(dimension, linkId, hour, value)).Add(disposition, unique);
            Tally(new CountKey(dimension, CountKey.AllLinks, hour, value)).Add(disposition, unique);
        }
    }

    /// <summary>Takes in the batch that follows this one, so that both are stored in one step. That one is not to be used afterwards.</summary>
    /// <exception cref="ArgumentException">It was made for other positions than those that this one leads to; nothing was taken in.</exception>
    /// <exception cref="OverflowException">A number does not fit 63 bits: neither batch is of use any more.</exception>
    public void Absorb(CountBatch later)
    {
        foreach (var (log, (before, _)) in later.Progress)
        {
            if (Progress.TryGetValue(log, out var here) && here.After != before)
            {
                throw new ArgumentException($"The batch follows {before}, not {here.After}.", nameof(later));
            }
        }

        foreach (var (log, (before, after)) in later.Progress)
        {
            Progress[log] = (Progress.TryGetValue(log, out var here) ? here.Before : before, after);
        }

        foreach (var (key, tally) in later.Hours)
        {
            Tally(key).Add(tally);
        }

        foreach (var (link, at) in later.LastClicks)
        {
            SetLast(link, at);
        }

        AbsorbParts(later.Parts);
        Quarantine.AddRange(later.Quarantine);
        Replayed.AddRange(later.Replayed);
        Clicks = checked(Clicks + later.Clicks);
    }

    // A window that grows over both is one part, so that it becomes one row.
    private void AbsorbParts(List<ClickPart> later)
    {
        var newest = new Dictionary<LogKey, ClickPart>();
        Parts.ForEach(part => newest[part.Log] = part);
        foreach (var part in later)
        {
            if (newest.TryGetValue(part.Log, out var open) && open.Window == part.Window)
            {
                open.Append(part);
            }
            else
            {
                Parts.Add(part);
                newest[part.Log] = part;
            }
        }
    }

    private void SetLast(long link, long atMs)
    {
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(LastClicks, link, out var isKnown);
        last = isKnown ? Math.Max(last, atMs) : atMs;
    }

    private ref ClickTally Tally(in CountKey key) => ref CollectionsMarshal.GetValueRefOrAddDefault(Hours, key, out _);
}
