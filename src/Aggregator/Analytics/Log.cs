namespace LinkTracker.Aggregator.Analytics;

internal static partial class Log
{
    [LoggerMessage(3101, LogLevel.Error, "Conversions could not be completed from their clicks; the next try is in a second")]
    public static partial void EnrichingFailed(ILogger logger, Exception exception);
}
