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

    /// <param name="bucket">Hours or days since 1970, UTC.</param>
    public static SumsWindow Of(bool isDays, long linkId, Dimension dimension, long bucket) =>
        new(isDays, linkId, linkId == CountKey.AllLinks ? dimension : null, UtcBuckets.Floor(bucket, Buckets));

    /// <summary>A digit for the bucket, one for the dimension, and the value as it is.</summary>
    public string FieldOf(Dimension dimension, long bucket, string value) =>
        string.Create(2 + value.Length, (Digit(bucket - (Number * Buckets)), Digit((long)dimension), value), static (text, parts) =>
        {
            (text[0], text[1]) = (parts.Item1, parts.Item2);
            parts.value.CopyTo(text[2..]);
        });

    public (Dimension Dimension, long Bucket, string Value) Read(string field) =>
        ((Dimension)(field[1] - '0'), (Number * Buckets) + field[0] - '0', field[2..]);

    public override string ToString()
    {
        var whose = Dimension is { } dimension ? "all" + Digit((long)dimension) : RedisKeys.FieldOf(LinkId);
        return string.Create(CultureInfo.InvariantCulture, $"{(IsDays ? 'd' : 'h')}:{whose}:{Number}");
    }

    private static char Digit(long number) => (char)('0' + number);
}
