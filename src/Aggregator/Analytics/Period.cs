using System.Globalization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Analytics;

internal enum Granularity
{
    Hour,
    Day,
    Month,
}

/// <summary>
/// The time asked for, in a time zone. Counts are kept by whole hours of UTC, so both ends are moved outwards to one.
/// </summary>
/// <param name="FromHour">The first hour since 1970, UTC; null: from the first click on.</param>
/// <param name="ToHour">The hour behind the last.</param>
/// <param name="FromMs">The start as asked for, in Unix milliseconds.</param>
/// <param name="ToMs">The end as asked for.</param>
internal sealed record Period(long? FromHour, long ToHour, long FromMs, long ToMs, TimeZoneInfo Zone, Granularity? Asked)
{
    private const int FirstYear = 1970;
    private const int LastYear = 9000;

    private static readonly string[] LocalFormats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"];

    /// <exception cref="ApiError">422 that names the parameter.</exception>
    public static Period Of(ReportRequest request, DateTimeOffset now)
    {
        var zone = ZoneOf(request.Timezone);
        var isGiven = !string.IsNullOrWhiteSpace(request.Start) || !string.IsNullOrWhiteSpace(request.End);
        var interval = isGiven ? "custom" : string.IsNullOrWhiteSpace(request.Interval) ? "24h" : request.Interval;
        var from = isGiven ? Parse(request.Start, "start", zone, isEnd: false) : StartOf(interval, zone, now);
        var to = Parse(request.End, "end", zone, isEnd: true) ?? now.ToUnixTimeMilliseconds() + 1;
        if (from >= to)
        {
            throw ApiError.Unprocessable("start: must lie before the end.");
        }

        return new Period(
            from is { } start ? UtcBuckets.Hour(start) : null, -UtcBuckets.Floor(-to, UtcBuckets.HourMs), from ?? 0, to, zone, interval == "24h" ? Granularity.Hour : null);
    }

    /// <summary>Unix milliseconds for lists, whose items have times of their own: to the millisecond, and all of time unless something is given.</summary>
    /// <param name="interval">As of <see cref="ReportRequest.Interval"/>; start and end go before it.</param>
    /// <exception cref="ApiError">422 that names the parameter.</exception>
    public static (long? FromMs, long? ToMs) Exactly(string? interval, string? start, string? end, string? timezone, DateTimeOffset now)
    {
        var zone = ZoneOf(timezone);
        var (from, to) = (Parse(start, "start", zone, isEnd: false), Parse(end, "end", zone, isEnd: true));
        if (from >= to)
        {
            throw ApiError.Unprocessable("start: must lie before the end.");
        }

        return (from, to) == (null, null) && Fields.Given(interval) is { } given ? (StartOf(given, zone, now), null) : (from, to);
    }

    /// <summary>Hours up to two days, days up to half a year, months beyond.</summary>
    public Granularity GranularityFrom(long fromHour) => Asked ?? (ToHour - fromHour) switch
    {
        <= 49 => Granularity.Hour,
        <= 184 * 24 => Granularity.Day,
        _ => Granularity.Month,
    };

    private static TimeZoneInfo ZoneOf(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return TimeZoneInfo.Utc;
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : throw ApiError.Unprocessable("timezone: is not known here; send an IANA name such as Europe/London.");
    }

    private static long? StartOf(string interval, TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        return interval switch
        {
            "24h" => Before(now, 1),
            "7d" => Before(now, 7),
            "30d" => Before(now, 30),
            "90d" => Before(now, 90),
            "1y" => Before(now, 365),
            "mtd" => ZonedBuckets.StartOf(today.AddDays(1 - today.Day), zone),
            "qtd" => ZonedBuckets.StartOf(new DateTime(today.Year, today.Month - ((today.Month - 1) % 3), 1), zone),
            "ytd" => ZonedBuckets.StartOf(new DateTime(today.Year, 1, 1), zone),
            "all" => null,
            _ => throw ApiError.Unprocessable("interval: must be one of 24h, 7d, 30d, 90d, 1y, mtd, qtd, ytd, all."),
        };
    }

    private static long Before(DateTimeOffset now, int days) => now.AddDays(-days).ToUnixTimeMilliseconds();

    // With an offset it is an instant; without one it is what a clock on the wall of that zone shows.
    private static long? Parse(string? text, string field, TimeZoneInfo zone, bool isEnd)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (!DateTime.TryParseExact(text.Trim(), LocalFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            var instant = Fields.Time(text, field)!.Value;
            CheckYear(DateTimeOffset.FromUnixTimeMilliseconds(instant).Year, field);
            return instant;
        }

        CheckYear(local.Year, field);
        var isDate = text.Trim().Length == LocalFormats[0].Length;
        return ZonedBuckets.StartOf(isDate && isEnd ? local.AddDays(1) : local, zone);
    }

    // Far from where calendars end: bars reach beyond the period, and zones reach around the clock.
    private static void CheckYear(int year, string field)
    {
        if (year is < FirstYear or > LastYear)
        {
            throw ApiError.Unprocessable($"{field}: must lie between the years {FirstYear} and {LastYear}.");
        }
    }
}
