namespace LinkTracker.Aggregator.Fraud;

internal static partial class Log
{
    [LoggerMessage(3601, LogLevel.Error, "A list of fraud rules is unavailable: {Failure}")]
    public static partial void ListUnavailable(ILogger logger, string failure);
}
