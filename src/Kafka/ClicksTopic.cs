using LinkTracker.ServiceDefaults;

namespace LinkTracker.Kafka;

/// <summary>The topic that carries clicks from Edges to Aggregators. Whichever of them comes first makes it.</summary>
public static class ClicksTopic
{
    public const string Name = "clicks";

    /// <summary>The setting that tells for how many milliseconds records are kept; -1: for ever.</summary>
    public const string RetentionSetting = "retention.ms";

    /// <summary>The setting that tells how many bytes of records are kept of each partition; -1: all of them.</summary>
    public const string SizeSetting = "retention.bytes";

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["cleanup.policy"] = "delete",

        // As long as an Edge keeps its own log by default: what was counted wrongly can be counted again from either.
        [RetentionSetting] = "604800000",
        [SizeSetting] = "-1",

        // What the client puts into one batch, and the batch's own header.
        ["max.message.bytes"] = "1048588",

        // As the Edge compressed it.
        ["compression.type"] = "producer",
    };

    /// <summary>Makes the topic when it is missing.</summary>
    /// <exception cref="SettingsException">It is there with another number of partitions. Links would change theirs, and counts be in two places.</exception>
    /// <exception cref="KafkaFailedException">No broker answered, or it refused.</exception>
    public static async Task EnsureAsync(KafkaTopics topics, int partitions)
    {
        var found = await topics.EnsureAsync(new KafkaTopic(Name, partitions, Settings));
        if (found != partitions)
        {
            throw new SettingsException(
                $"Kafka__Partitions is {partitions}, but the topic '{Name}' has {found} partitions: set Kafka__Partitions={found} on every Edge and Aggregator.");
        }
    }
}
