using System.Globalization;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>
/// The sums that share a hash: eight hours or eight days of one link with all its dimensions, few enough that Redis keeps them as one
/// small block of memory. Those of all links together have many values, and get a hash for each dimension.
/// </summary>
/// <param name="Dimension">Null: all.</param>
/// <param name="Number">The first hour or day, divided by eight.</param>
internal readonly record struct SumsWindow(bool IsDays, long LinkId, Dimension? Dimension, long Number)
{
    public const int Buckets = 8;

    /// <summary>What stands in front of the value in a field: a digit for the bucket and one for the dimension.</summary>
    public const int FieldHeader = 2;

    /// <param name="bucket">Hours or days since 1970, UTC.</param>
    public static SumsWindow Of(bool isDays, long linkId, Dimension dimension, long bucket) =>
        new(isDays, linkId, linkId == CountKey.AllLinks ? dimension : null, UtcBuckets.Floor(bucket, Buckets));

    public string FieldOf(Dimension dimension, long bucket, string value) =>
        string.Create(FieldHeader + value.Length, (Digit(bucket - (Number * Buckets)), Digit((long)dimension), value), static (text, parts) =>
        {
            (text[0], text[1]) = (parts.Item1, parts.Item2);
            parts.value.CopyTo(text[FieldHeader..]);
        });

    /// <summary>Whether a field is of the dimension, and if so of which bucket.</summary>
    /// <exception cref="FormatException">It is not what was written.</exception>
    public bool TryRead(ReadOnlySpan<byte> field, Dimension dimension, out long bucket)
    {
        if (field.Length < FieldHeader || field[0] < '0' || field[0] >= '0' + Buckets)
        {
            throw new FormatException("The field of a stored sum cannot be read.");
        }

        bucket = (Number * Buckets) + field[0] - '0';
        return field[1] == Digit((long)dimension);
    }

    public override string ToString()
    {
        var whose = Dimension is { } dimension ? "all" + Digit((long)dimension) : RedisKeys.FieldOf(LinkId);
        return string.Create(CultureInfo.InvariantCulture, $"{(IsDays ? 'd' : 'h')}:{whose}:{Number}");
    }

    private static char Digit(long number) => (char)('0' + number);
}
