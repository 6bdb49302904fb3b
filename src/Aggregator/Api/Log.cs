namespace LinkTracker.Aggregator.Api;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Error, "{Method} {Endpoint} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string endpoint);

    [LoggerMessage(2002, LogLevel.Warning, "{Method} {Endpoint} was answered with 503: {Reason}")]
    public static partial void StoreUnavailable(ILogger logger, string reason, string method, string endpoint);
}
