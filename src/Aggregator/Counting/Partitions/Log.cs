namespace LinkTracker.Aggregator.Counting.Partitions;

internal static partial class Log
{
    [LoggerMessage(3101, LogLevel.Information, "Partition {Partition} is counted here from now on, under fence {Fence}")]
    public static partial void PartitionTaken(ILogger logger, int partition, long fence);

    [LoggerMessage(3102, LogLevel.Information, "Partition {Partition} is no longer counted here; fence {Fence}")]
    public static partial void PartitionLeft(ILogger logger, int partition, long fence);

    [LoggerMessage(3103, LogLevel.Error, "Counting partition {Partition} failed and begins again from what is stored in {Delay}")]
    public static partial void PartitionFailed(ILogger logger, Exception exception, int partition, TimeSpan delay);

    [LoggerMessage(3104, LogLevel.Warning, "The leases of partitions cannot be renewed, and whoever counts goes on until others can take over: {Reason}")]
    public static partial void LeasesUnreadable(ILogger logger, string reason);

    [LoggerMessage(3105, LogLevel.Warning, "The counts of partition {Partition} in Redis are made again from PostgreSQL: {Reason}")]
    public static partial void CountsRebuilt(ILogger logger, int partition, string reason);

    [LoggerMessage(3106, LogLevel.Error, "Partition {Partition} begins anew. {Reason}")]
    public static partial void NewEra(ILogger logger, int partition, string reason);

    [LoggerMessage(3107, LogLevel.Error, "Nothing is counted yet: {Reason}")]
    public static partial void TopicUnchecked(ILogger logger, string reason);

    [LoggerMessage(3110, LogLevel.Warning, "The topic '{Topic}' has {Setting} {Value}: records that are not in the snapshot yet may go before their time, and their clicks be lost; set it to -1")]
    public static partial void RecordsMayGo(ILogger logger, string topic, string setting, string value);

    public static void Quarantined(ILogger logger, LogLevel level, QuarantineKind kind, long from, long to, LogKey log, long missing, string reason) =>
        Quarantined(logger, level, log.Partition, kind, from, to, log.Edge, log.Epoch, missing, reason);

    [LoggerMessage(EventId = 3108, Message = "Of partition {Partition} went to quarantine: {Kind} from {From} to {To}, edge {Edge:x16}, epoch {Epoch}; clicks missing: {Missing}. {Reason}")]
    private static partial void Quarantined(
        ILogger logger, LogLevel level, int partition, QuarantineKind kind, long from, long to, ulong edge, ulong epoch, long missing, string reason);
}
