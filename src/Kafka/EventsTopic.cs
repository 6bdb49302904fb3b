namespace LinkTracker.Kafka;

/// <summary>The topic that tells other systems of clicks, leads and sales. How long it keeps them is for the brokers' own settings to say.</summary>
public static class EventsTopic
{
    public const string Name = "events";

    public static KafkaTopic Topic(int partitions) => new(Name, partitions, new Dictionary<string, string> { ["cleanup.policy"] = "delete" });
}
