namespace LinkTracker.Aggregator.Counting;

/// <summary>Whole hours and days of UTC, numbered from 1970. Buckets are instants; time zones are for those who show them.</summary>
internal static class UtcBuckets
{
    public const long HourMs = 3_600_000;
    public const long DayMs = 24 * HourMs;

    public static long Hour(long unixMs) => Floor(unixMs, HourMs);

    public static long Day(long unixMs) => Floor(unixMs, DayMs);

    public static long DayOfHour(long hour) => Floor(hour, 24);

    /// <summary>Division that rounds down for times before 1970 too.</summary>
    public static long Floor(long value, long size) => value >= 0 ? value / size : -((-value + size - 1) / size);
}
