using System.Runtime.InteropServices;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// The counted clicks of one UTC day: when each visitor clicked each link. What it answers depends on the set of clicks
/// only, not on the order in which they were loaded.
/// </summary>
internal sealed class VisitorDay
{
    private const int WindowMs = (int)UtcBuckets.HourMs;

    // Nearly every visitor clicks a link once a day; the second list is for the others.
    private readonly Dictionary<ulong, int> _first = [];
    private readonly Dictionary<ulong, List<int>> _later = [];

    /// <summary>Judges a click and, when it counts, remembers it.</summary>
    /// <param name="linkId">The link that was clicked.</param>
    /// <param name="visitor">The visitor's hash of that day.</param>
    /// <param name="ms">Milliseconds since the day began.</param>
    public (Disposition Disposition, bool Unique) Judge(long linkId, ulong visitor, int ms)
    {
        var key = KeyOf(linkId, visitor);
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, key, out var known);
        if (!known)
        {
            first = ms;
            return (Disposition.Valid, true);
        }

        _later.TryGetValue(key, out var later);
        if (IsNear(first, ms) || (later?.Exists(time => IsNear(time, ms)) ?? false))
        {
            return (Disposition.Duplicate, false);
        }

        AddLater(key, ms, later);
        return (Disposition.Valid, false);
    }

    /// <summary>Takes in a click that was counted before.</summary>
    public void Load(long linkId, ulong visitor, int ms)
    {
        var key = KeyOf(linkId, visitor);
        if (!_first.TryAdd(key, ms))
        {
            AddLater(key, ms, _later.GetValueOrDefault(key));
        }
    }

    private void AddLater(ulong key, int ms, List<int>? later)
    {
        if (later is null)
        {
            _later.Add(key, later = []);
        }

        later.Add(ms);
    }

    // In both directions: clicks of several edges do not arrive in the order of their times.
    private static bool IsNear(int counted, int ms) => Math.Abs(counted - ms) < WindowMs;

    // 64 random bits of the visitor: among ten million clicks of a day, two share a key once in 370,000 days.
    private static ulong KeyOf(long linkId, ulong visitor) => visitor ^ ((ulong)linkId * 0x9E37_79B9_7F4A_7C15);
}
