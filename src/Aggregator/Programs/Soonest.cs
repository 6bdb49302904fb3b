using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>From when on a change of rules, groups or standing can hold.</summary>
internal static class Soonest
{
    /// <summary>
    /// Now, or behind what was told to have happened later than that: clocks of shops go ahead, by minutes at most, and each fact is judged by
    /// the rules of its time for ever, those told already too.
    /// </summary>
    /// <returns>Unix milliseconds.</returns>
    public static long Change(Session session, long nowMs) => session.First<long?>(
        "SELECT MAX(occurred_at) FROM conversions WHERE kind IN ('lead', 'deferred', 'sale', 'event') AND occurred_at >= @nowMs", new { nowMs }) is { } last ? last + 1 : nowMs;
}
