using System.Globalization;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>What is known of a link without reading its sums.</summary>
/// <param name="Valid">Valid clicks of all times.</param>
/// <param name="FirstHour">The earliest hour with a click of any kind, since 1970, UTC.</param>
/// <param name="LastHour">The latest.</param>
/// <param name="NewestMs">Unix milliseconds of the newest valid click.</param>
internal readonly record struct LinkEntry(long Valid, long FirstHour, long LastHour, long? NewestMs)
{
    /// <summary>With one more hour in which the link was clicked.</summary>
    public LinkEntry With(long hour, long valid) =>
        this with { Valid = Valid + valid, FirstHour = Math.Min(FirstHour, hour), LastHour = Math.Max(LastHour, hour) };

    public bool HasHoursOf(in LinkEntry other) => FirstHour == other.FirstHour && LastHour == other.LastHour;

    /// <exception cref="FormatException">It is not what the script writes.</exception>
    public static LinkEntry Read(string text)
    {
        var parts = text.Split(',');
        return parts.Length == 4
            ? new LinkEntry(Number(parts[0]), Number(parts[1]), Number(parts[2]), parts[3].Length == 0 ? null : Number(parts[3]))
            : throw new FormatException("A stored link does not have four numbers.");
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
