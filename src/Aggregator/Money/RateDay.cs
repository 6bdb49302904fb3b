using System.Globalization;

namespace LinkTracker.Aggregator.Money;

/// <summary>Days of rates, in UTC.</summary>
internal static class RateDay
{
    private const string Format = "yyyy-MM-dd";

    public static DateOnly? Parse(string? text) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public static string Text(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Unix milliseconds at which the day begins.</summary>
    public static long StartMs(string day) =>
        new DateTimeOffset(DateOnly.ParseExact(day, Format, CultureInfo.InvariantCulture).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
}
