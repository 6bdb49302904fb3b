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

    [LoggerMessage(108, LogLevel.Information, "The links were told anew: {Links} now; {Removed} that were not told of are gone.")]
    public static partial void LinksRenewed(ILogger logger, long links, int removed);

    [LoggerMessage(109, LogLevel.Error, "The record of links at offset {Offset} cannot be read: {Reason}. The change in it is missing; the others go on.")]
    public static partial void LinkUnreadable(ILogger logger, long offset, string reason);

    [LoggerMessage(110, LogLevel.Warning, "Kafka has not told of all links for {Patience}. Redirects go by what was known before, if anything was; changes wait.")]
    public static partial void LinksStale(ILogger logger, TimeSpan patience);

    [LoggerMessage(111, LogLevel.Information, "Kafka tells of links again, and every change is here.")]
    public static partial void LinksFresh(ILogger logger);

    [LoggerMessage(112, LogLevel.Warning, "The topic of links is not the one that was read before (its edition is {Edition:x16}): it is read from its beginning. Redirects go on meanwhile.")]
    public static partial void LinksStartOver(ILogger logger, long edition);

    [LoggerMessage(113, LogLevel.Debug, "The topic of links cannot be read now; it is tried again.")]
    public static partial void LinksUnasked(ILogger logger, Exception exception);

    [LoggerMessage(114, LogLevel.Warning, "The topic of links has nothing at offset {Offset} any more, where reading was to go on: it was made anew, or records were deleted.")]
    public static partial void LinksGone(ILogger logger, long offset);
}
