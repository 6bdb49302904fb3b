namespace LinkTracker.Aggregator.Api;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Error, "{Method} {Endpoint} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string endpoint);
}
