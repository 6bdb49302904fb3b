namespace LinkTracker.Aggregator.Rewards;

/// <summary>The periods of tiers and caps, in UTC. Weeks begin on Mondays.</summary>
internal static class RewardPeriod
{
    /// <summary>The name of the one period that has no end.</summary>
    public const string All = "all";

    // Each lies within one of those behind it, but for the week, which may lie in two of them.
    private static readonly string[] Nested = ["day", "week", "month", "quarter", "year", All];

    /// <summary>Whether rules may name it.</summary>
    public static bool IsKnown(string period) => Nested.Contains(period);

    /// <summary>The first millisecond of the period that this one is in, Unix milliseconds; 0 for <see cref="All"/>.</summary>
    public static long StartOf(string period, long atMs)
    {
        if (period == All)
        {
            return 0;
        }

        var day = DateTimeOffset.FromUnixTimeMilliseconds(atMs).UtcDateTime.Date;
        var start = period switch
        {
            "day" => day,
            "week" => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            "month" => new DateTime(day.Year, day.Month, 1),
            "quarter" => new DateTime(day.Year, ((day.Month - 1) / 3 * 3) + 1, 1),
            "year" => new DateTime(day.Year, 1, 1),
            _ => throw new ArgumentException($"{period} is not a period.", nameof(period)),
        };
        return new DateTimeOffset(start, TimeSpan.Zero).ToUnixTimeMilliseconds();
    }

    /// <summary>The first millisecond behind the period that begins then.</summary>
    public static long EndOf(string period, long startMs)
    {
        var start = DateTimeOffset.FromUnixTimeMilliseconds(startMs);
        return period switch
        {
            "day" => start.AddDays(1).ToUnixTimeMilliseconds(),
            "week" => start.AddDays(7).ToUnixTimeMilliseconds(),
            "month" => start.AddMonths(1).ToUnixTimeMilliseconds(),
            "quarter" => start.AddMonths(3).ToUnixTimeMilliseconds(),
            "year" => start.AddYears(1).ToUnixTimeMilliseconds(),
            _ => long.MaxValue,
        };
    }

    /// <summary>The shortest period in which each of these lies whole.</summary>
    public static string Widest(IReadOnlyCollection<string> periods)
    {
        var widest = Nested[periods.Max(period => Array.IndexOf(Nested, period))];
        return widest is "month" or "quarter" or "year" && periods.Contains("week") ? All : widest;
    }
}
