namespace LinkTracker.Aggregator.Fraud;

internal static partial class Log
{
    [LoggerMessage(3601, LogLevel.Error, "A list of fraud rules is unavailable: {Failure}")]
    public static partial void ListUnavailable(ILogger logger, string failure);

    [LoggerMessage(3602, LogLevel.Warning, "The clicks of referrers could not be read; until the next time nobody's share of leads in clicks is judged")]
    public static partial void ClicksUnread(ILogger logger, Exception exception);
}
