namespace LinkTracker.Aggregator.Storage;

internal static partial class LeaseLog
{
    [LoggerMessage(2201, LogLevel.Information, "This process has the lease for {Name}")]
    public static partial void LeaseTaken(ILogger logger, string name);

    [LoggerMessage(2202, LogLevel.Warning, "The connection that held the lease for {Name} was lost; another process may have it now")]
    public static partial void LeaseLost(ILogger logger, string name);

    [LoggerMessage(2203, LogLevel.Error, "{Name} failed; it begins again in {Delay}, here or in another process")]
    public static partial void WorkFailed(ILogger logger, Exception exception, string name, TimeSpan delay);
}
