namespace LinkTracker.Edge.Links;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "A link of {Domain} (change {Version}) was not taken in: {Reason}. It does not redirect, or redirects as before; refused so far: {Refused}.")]
    public static partial void LinkRefused(ILogger logger, string domain, long version, string reason, long refused);

    [LoggerMessage(101, LogLevel.Information, "All links are loaded: {Links}, in {MiB} MiB.")]
    public static partial void LinksLoaded(ILogger logger, long links, long mib);

    [LoggerMessage(102, LogLevel.Warning, "Links cannot be read; the ones known go on redirecting. The next try is in {Delay}.")]
    public static partial void LinksUnreadable(ILogger logger, Exception exception, TimeSpan delay);
}
