using System.Globalization;

namespace LinkTracker.Aggregator.Money;

/// <summary>Days of rates, in UTC.</summary>
internal static class RateDay
{
    private const string Format = "yyyy-MM-dd";

    /// <summary>Null when it is no day such as <c>2027-01-31</c>.</summary>
    public static DateOnly? Parse(string? text) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>As it is stored and sent; in the order of days.</summary>
    public static string Text(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Unix milliseconds at which the day begins.</summary>
    public static long StartMs(string day) =>
        new DateTimeOffset(DateOnly.ParseExact(day, Format, CultureInfo.InvariantCulture).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
}
