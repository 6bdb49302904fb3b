using System.Globalization;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>Positions as the script compares them: as texts, since numbers in a script are exact up to 2^53 only.</summary>
internal static class StepText
{
    public static string Write(PartitionPosition position) => string.Create(CultureInfo.InvariantCulture, $"{position.Era}:{position.Offset}");

    public static string Write(LogProgress? progress) => progress is { } log
        ? string.Create(CultureInfo.InvariantCulture, $"{log.Next},{log.Consumed},{log.Applied},{log.DuplicateSkipped},{log.Quarantined}")
        : "";

    /// <exception cref="CountsException">It is not what was written.</exception>
    public static PartitionPosition ReadPosition(string text) =>
        Numbers(text, ':') is [var era, var offset] ? new PartitionPosition(era, offset) : throw Damage("position");

    /// <exception cref="CountsException">It is not what was written.</exception>
    public static LogProgress ReadProgress(string text) => Numbers(text, ',') is [var next, var consumed, var applied, var skipped, var quarantined]
        ? new LogProgress(next, consumed, applied, skipped, quarantined)
        : throw Damage("progress of a log");

    private static long[]? Numbers(string text, char separator)
    {
        var parts = text.Split(separator);
        var numbers = new long[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }

    private static CountsException Damage(string what) => new($"A {what} that is stored in Redis cannot be read.", isDamage: true);
}
