namespace LinkTracker.Edge.Shipping;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Error, "Clicks are not sent to Kafka and wait in the log: {Reason} Trying again in {Delay}.")]
    public static partial void NotShipping(ILogger logger, string reason, TimeSpan delay, Exception? exception);
}
