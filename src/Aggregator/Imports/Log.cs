namespace LinkTracker.Aggregator.Imports;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Information, "{Import} ended: {Rows} rows, {Errors} errors")]
    public static partial void ImportEnded(ILogger logger, string import, long rows, int errors);

    [LoggerMessage(2102, LogLevel.Error, "{Import} failed")]
    public static partial void ImportFailed(ILogger logger, Exception exception, string import);
}
