namespace LinkTracker.Aggregator.Storage.Redis;

internal static partial class Log
{
    [LoggerMessage(3041, LogLevel.Warning, "The counts of partition {Partition} in Redis were made anew, in {Portions} portions")]
    public static partial void Rebuilt(ILogger logger, int partition, int portions);

    [LoggerMessage(3042, LogLevel.Information, "{Keys} keys of former counts of partition {Partition} were dropped from Redis")]
    public static partial void Swept(ILogger logger, int partition, long keys);

    [LoggerMessage(3044, LogLevel.Warning, "Whether Redis may hold counts is not known yet: it must be 6 or newer, with maxmemory-policy noeviction")]
    public static partial void RedisNotChecked(ILogger logger, Exception exception);
}
