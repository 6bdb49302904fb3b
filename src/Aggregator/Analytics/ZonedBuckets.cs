using System.Globalization;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>
/// The bars of a time series: hours, or the days and months of a time zone. Each is a span of instants, so the hour that a
/// clock shows twice in autumn is two bars, and a day may have 23 or 25 hours.
/// </summary>
internal sealed class ZonedBuckets
{
    // All offsets in use since 1972 are whole quarters of an hour, so every day begins at one.
    private const long QuarterMs = UtcBuckets.HourMs / 4;

    // Offsets run from -12 to +14 hours, with room for a day that a zone left out.
    private const long WidestQuarters = 48 * 4;

    private readonly TimeZoneInfo _zone;
    private readonly Granularity _granularity;
    private readonly long[] _starts;

    /// <param name="fromHour">The first hour to be covered.</param>
    /// <param name="toHour">The hour behind the last.</param>
    public ZonedBuckets(long fromHour, long toHour, Granularity granularity, TimeZoneInfo zone)
    {
        _zone = zone;
        _granularity = granularity;
        _starts = granularity == Granularity.Hour
            ? [.. Hours(fromHour, toHour)]
            : [.. Dates(fromHour * UtcBuckets.HourMs, toHour * UtcBuckets.HourMs, granularity)];
    }

    /// <summary>Whether every bucket is made of whole UTC days.</summary>
    public bool AreWholeUtcDays => Array.TrueForAll(_starts, start => start % UtcBuckets.DayMs == 0) && _granularity != Granularity.Hour;

    /// <summary>Unix milliseconds at which each bucket begins.</summary>
    public IReadOnlyList<long> Starts => _starts;

    /// <summary>The start of the bucket that holds the instant.</summary>
    public long BucketOf(long unixMs)
    {
        var at = Array.BinarySearch(_starts, unixMs);
        return _starts[Math.Max(0, at >= 0 ? at : ~at - 1)];
    }

    /// <summary>Whether a bucket begins within the hour, not at its start.</summary>
    public bool Splits(long hour)
    {
        var at = Array.BinarySearch(_starts, (hour * UtcBuckets.HourMs) + 1);
        at = at >= 0 ? at : ~at;
        return at < _starts.Length && _starts[at] < (hour + 1) * UtcBuckets.HourMs;
    }

    /// <summary>The instant as a clock of the zone shows it, with its offset.</summary>
    public string Format(long unixMs)
    {
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unixMs), _zone);
        return local.ToString(local.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The first instant at which the zone's clocks show the local time or a later one. That is also right where they jump over it.
    /// </summary>
    public static long StartOf(DateTime local, TimeZoneInfo zone)
    {
        var target = new DateTime(local.Ticks, DateTimeKind.Unspecified);
        var centre = new DateTimeOffset(target, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var (low, high) = (-WidestQuarters, WidestQuarters);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = Local(centre + (middle * QuarterMs), zone) >= target ? (low, middle) : (middle, high);
        }

        return centre + (high * QuarterMs);
    }

    private static IEnumerable<long> Hours(long fromHour, long toHour)
    {
        for (var hour = fromHour; hour < toHour; hour++)
        {
            yield return hour * UtcBuckets.HourMs;
        }
    }

    private IEnumerable<long> Dates(long fromMs, long toMs, Granularity granularity)
    {
        var date = Local(fromMs, _zone).Date;
        if (granularity == Granularity.Month)
        {
            date = date.AddDays(1 - date.Day);
        }

        // A day that a zone left out begins and ends at the same instant, and is no bar.
        var last = long.MinValue;
        for (var start = StartOf(date, _zone); start < toMs; start = StartOf(date, _zone))
        {
            if (start != last)
            {
                yield return start;
                last = start;
            }

            date = granularity == Granularity.Month ? date.AddMonths(1) : date.AddDays(1);
        }
    }

    private static DateTime Local(long unixMs, TimeZoneInfo zone) =>
        new(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unixMs), zone).DateTime.Ticks, DateTimeKind.Unspecified);
}
