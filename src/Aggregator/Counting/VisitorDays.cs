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

    private readonly Dictionary<long, VisitorDay> _days = [];
    private readonly List<long> _recent = [];

    /// <summary>
    /// The disposition of a click that nothing else excludes, and whether its visitor is new on the link that day.
    /// </summary>
    public (Disposition Disposition, bool Unique) Judge(long linkId, ulong visitor, long occurredAtMs)
    {
        var day = UtcBuckets.Day(occurredAtMs);
        if (!_days.TryGetValue(day, out var visitors))
        {
            visitors = new VisitorDay();
            load(day, visitors);
            _days.Add(day, visitors);
        }

        if (_recent.Count == 0 || _recent[^1] != day)
        {
            _recent.Remove(day);
            _recent.Add(day);
        }

        return visitors.Judge(linkId, visitor, (int)(occurredAtMs - (day * UtcBuckets.DayMs)));
    }

    /// <summary>
    /// Lets go of the days used longest ago. To be called only once all that was judged is stored: a day that was let go
    /// is loaded again from what is stored.
    /// </summary>
    public void Trim()
    {
        while (_recent.Count > Kept)
        {
            _days.Remove(_recent[0]);
            _recent.RemoveAt(0);
        }
    }

    /// <summary>Forgets everything, because some of what was judged was not stored.</summary>
    public void Forget()
    {
        _days.Clear();
        _recent.Clear();
    }
}
