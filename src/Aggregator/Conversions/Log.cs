namespace LinkTracker.Aggregator.Conversions;

internal static partial class Log
{
    [LoggerMessage(2701, LogLevel.Warning, "A batch of {Count} requests failed and was rolled back; each is tried by itself")]
    public static partial void BatchFailed(ILogger logger, Exception exception, int count);
}
