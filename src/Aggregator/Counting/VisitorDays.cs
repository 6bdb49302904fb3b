using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// Who clicked what on the UTC days in question: tells repeats from new clicks, and a visitor's first click of the day on a
/// link from later ones. A day that is not in memory is loaded from the stored clicks, so a restart changes no number.
/// The visitor hash changes at midnight UTC, hence nothing has to be compared across days.
/// </summary>
/// <param name="load">Fills a day with the counted clicks that are stored.</param>
/// <remarks>For one thread at a time.</remarks>
internal sealed class VisitorDays(Action<long, VisitorDay> load)
{
    // Edges' clocks differ and logs catch up, so around midnight, and with several edges, more than one day is in use.
    private const int Kept = 3;

    // A minute or more under load: then a day is over, and memory is worth more than loading it again for a late click.
    private const int IdleBatches = 1_000;

    private readonly Dictionary<long, (VisitorDay Visitors, long LastBatch)> _days = [];
    private long _batch;

    /// <summary>Clicks that are remembered.</summary>
    public long Count => _days.Values.Sum(day => (long)day.Visitors.Count);

    /// <summary>
    /// The disposition of a click that nothing else excludes, and whether its visitor is new on the link that day.
    /// </summary>
    public (Disposition Disposition, bool Unique) Judge(long linkId, ulong visitor, long occurredAtMs)
    {
        var day = UtcBuckets.Day(occurredAtMs);
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_days, day);
        if (Unsafe.IsNullRef(ref known))
        {
            var visitors = new VisitorDay();
            load(day, visitors);
            _days.Add(day, (visitors, _batch));
            known = ref CollectionsMarshal.GetValueRefOrNullRef(_days, day);
        }

        known.LastBatch = _batch;
        return known.Visitors.Judge(linkId, visitor, (int)(occurredAtMs - (day * UtcBuckets.DayMs)));
    }

    /// <summary>
    /// Lets go of the days used longest ago. To be called after each batch, once all that was judged is stored: a day that was let go
    /// is loaded again from what is stored.
    /// </summary>
    public void Trim()
    {
        _batch++;
        var recent = _days.OrderByDescending(day => day.Value.LastBatch).ThenByDescending(day => day.Key).ToList();
        for (var i = 0; i < recent.Count; i++)
        {
            if (i >= Kept || _batch - recent[i].Value.LastBatch > IdleBatches)
            {
                _days.Remove(recent[i].Key);
            }
        }
    }

    /// <summary>Forgets everything, because some of what was judged was not stored.</summary>
    public void Forget() => _days.Clear();
}
