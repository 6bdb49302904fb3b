namespace LinkTracker.Aggregator.Imports;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Information, "{Import} is done: {Rows} links")]
    public static partial void ImportDone(ILogger logger, string import, long rows);

    [LoggerMessage(2102, LogLevel.Error, "{Import} failed")]
    public static partial void ImportFailed(ILogger logger, Exception exception, string import);

    [LoggerMessage(2103, LogLevel.Information, "{Import} was refused: {Rows} rows, {Errors} errors")]
    public static partial void ImportRefused(ILogger logger, string import, long rows, int errors);

    [LoggerMessage(2104, LogLevel.Error, "The queue of imports cannot be worked on; trying again after {Delay}")]
    public static partial void QueueFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(2105, LogLevel.Warning, "The upload {Path} could not be deleted; the next start does it")]
    public static partial void UploadKept(ILogger logger, Exception exception, string path);

    [LoggerMessage(2106, LogLevel.Warning, "The Aggregator that has {Import} was not seen for a long time while it was {Status}: it is finished or failed here")]
    public static partial void ImportAbandoned(ILogger logger, string import, string status);

    [LoggerMessage(2107, LogLevel.Error, "The imports of other Aggregators cannot be looked after; trying again after {Delay}")]
    public static partial void WatchFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(2108, LogLevel.Warning, "{Import} was ended by another Aggregator, because this one was away for too long")]
    public static partial void ImportTaken(ILogger logger, string import);
}
