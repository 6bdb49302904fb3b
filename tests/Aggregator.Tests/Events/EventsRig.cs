using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LinkTracker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Events;

/// <summary>The topic of events, as a consumer of another system sees it.</summary>
internal static class EventsRig
{
    /// <summary>An empty topic, whatever was in it.</summary>
    public static async Task<KafkaConnection> StartAsync(KafkaBroker broker, int partitions)
    {
        var kafka = new KafkaConnection(broker.BootstrapServers, NullLoggerFactory.Instance);
        using var topics = kafka.OpenTopics();
        await topics.EnsureAsync(EventsTopic.Topic(partitions));
        await broker.DeleteTopicAsync(EventsTopic.Name);
        await topics.EnsureAsync(EventsTopic.Topic(partitions));
        return kafka;
    }

    public static async Task<List<ReceivedEvent>> ReadAsync(KafkaBroker broker)
    {
        string[] arguments = ["-C", "-q", "-e", "-b", broker.BootstrapServers, "-t", EventsTopic.Name, "-o", "beginning", "-f", "%p\t%k\t%h\t%s\n"];
        var lines = await Command.RunAsync(new ProcessStartInfo("kcat", arguments));
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(fields => new ReceivedEvent(
            int.Parse(fields[0], CultureInfo.InvariantCulture),
            fields[1],
            fields[2].Split(',').Select(header => header.Split('=', 2)).ToDictionary(header => header[0], header => header[1]),
            JsonSerializer.Deserialize<JsonElement>(fields[3])))];
    }

    public static Task<List<ReceivedEvent>> UntilReadAsync(KafkaBroker broker, int count) => UntilReadAsync(broker, events => events.Count >= count);

    private static async Task<List<ReceivedEvent>> UntilReadAsync(KafkaBroker broker, Func<List<ReceivedEvent>, bool> enough)
    {
        List<ReceivedEvent> events = [];
        await Eventually.HoldsAsync("the events came", Eventually.Limit, async () => enough(events = await ReadAsync(broker)));
        return events;
    }
}

internal sealed record ReceivedEvent(int Partition, string Key, Dictionary<string, string> Headers, JsonElement Data)
{
    public string Id => Headers["ce_id"];

    public string? Text(string field) => Data.GetProperty(field).GetString();
}
