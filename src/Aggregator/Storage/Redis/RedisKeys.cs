using System.Globalization;
using LinkTracker.Aggregator.Counting;
using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>
/// The names of a partition's keys. They share a hash tag, so a cluster keeps them on one node, where one script can change them together.
/// </summary>
/// <param name="Generation">Part of every name but the state's: content that is made anew gets new names, and is shown by changing the state.</param>
internal readonly record struct RedisKeys(int Partition, string Generation)
{
    /// <summary>Hash: fence, generation, position, and open when readers may come in.</summary>
    public RedisKey State => StateOf(Partition);

    /// <summary>Hash: by log, its progress.</summary>
    public RedisKey Logs => Name("logs");

    /// <summary>Hash: by link (0: all together), a <see cref="LinkEntry"/>.</summary>
    public RedisKey Links => Name("links");

    public static RedisKey StateOf(int partition) => Tag(partition) + "state";

    /// <summary>Hash: by a <see cref="SumsWindow.FieldOf"/>, a <see cref="PackedTally"/>.</summary>
    public RedisKey Sums(in SumsWindow window) => Name(window.ToString());

    /// <summary>Sorted set: the links that were clicked on a day since 1970, UTC, by their valid clicks.</summary>
    public RedisKey Board(long day) => Name(string.Create(CultureInfo.InvariantCulture, $"board:{day}"));

    /// <summary>What all keys of a partition, of any generation, begin with.</summary>
    public static string Tag(int partition) => string.Create(CultureInfo.InvariantCulture, $"{{lt{partition}}}:");

    /// <summary>Whether a key that begins with the partition's tag is of this generation, or of none.</summary>
    public bool Owns(string key) => key.StartsWith(Name(""), StringComparison.Ordinal) || key == (string?)State;

    public static string FieldOf(long linkId) => linkId.ToString("x", CultureInfo.InvariantCulture);

    public static long LinkOf(string field) => long.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public static string FieldOf(LogKey log) => string.Create(CultureInfo.InvariantCulture, $"{log.Edge:x}:{log.Epoch:x}");

    public static LogKey LogOf(int partition, string field)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        return new LogKey(
            partition,
            ulong.Parse(field.AsSpan(0, colon), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            ulong.Parse(field.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    private string Name(string what) => $"{Tag(Partition)}{Generation}:{what}";
}
