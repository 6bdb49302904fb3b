namespace LinkTracker.Edge.Links;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "A link of {Domain} (change {Version}) was not taken in: {Reason}. It does not redirect, or redirects as before; refused so far: {Refused}.")]
    public static partial void LinkRefused(ILogger logger, string domain, long version, string reason, long refused);

    [LoggerMessage(101, LogLevel.Information, "All links are loaded: {Links}, in {MiB} MiB.")]
    public static partial void LinksLoaded(ILogger logger, long links, long mib);

    [LoggerMessage(102, LogLevel.Warning, "Links cannot be read; the ones known go on redirecting. The next try is in {Delay}.")]
    public static partial void LinksUnreadable(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(103, LogLevel.Information, "{Links} links were restored from the snapshot (version {Version}) in {Elapsed}; the source tells what changed since.")]
    public static partial void SnapshotRestored(ILogger logger, long links, long version, TimeSpan elapsed);

    [LoggerMessage(104, LogLevel.Warning, "The snapshot {Path} is not used: {Reason}. It is thrown away, and every link comes from the source.")]
    public static partial void SnapshotRefused(ILogger logger, string path, string reason);

    [LoggerMessage(105, LogLevel.Information, "A snapshot of the links (version {Version}) was written in {Elapsed}.")]
    public static partial void SnapshotSaved(ILogger logger, long version, TimeSpan elapsed);

    [LoggerMessage(106, LogLevel.Warning, "The snapshot of the links could not be written or removed. Redirects do not need it; the next start takes longer.")]
    public static partial void SnapshotNotSaved(ILogger logger, Exception exception);

    [LoggerMessage(107, LogLevel.Critical, "{Bytes} bytes of links left memory and are not found any more. This is a defect of LinkTracker: report it, raise Edge__LinkMemoryMiB and restart.")]
    public static partial void LinksLost(ILogger logger, long bytes);
}
