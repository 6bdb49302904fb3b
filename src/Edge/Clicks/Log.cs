namespace LinkTracker.Edge.Clicks;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "Click log {Epoch:x16} is open.")]
    public static partial void Opened(ILogger logger, ulong epoch);

    [LoggerMessage(2002, LogLevel.Critical, "Click log {Epoch:x16} failed. Redirects go on; clicks are declared lost until a new log opens.")]
    public static partial void Failed(ILogger logger, ulong epoch, Exception exception);

    [LoggerMessage(2003, LogLevel.Error, "No click log can be opened. Redirects go on; clicks are declared lost. Trying again each second.")]
    public static partial void NotOpened(ILogger logger, Exception exception);

    [LoggerMessage(2004, LogLevel.Error, "{Path} is damaged or cannot be read. It is kept with the ending .damaged.")]
    public static partial void IdentityDamaged(ILogger logger, string path, Exception? exception);

    [LoggerMessage(2005, LogLevel.Warning, "The edge's identity was taken from its logs, because edge.json is gone.")]
    public static partial void IdentityFromLogs(ILogger logger);

    [LoggerMessage(2006, LogLevel.Error, "The mark of the click log {Folder} is missing or damaged: its end is where its last click ends.")]
    public static partial void MarkDamaged(ILogger logger, string folder);

    [LoggerMessage(2007, LogLevel.Error, "The click log {Folder} has lost its last {Bytes} bytes. The clicks in them are declared missing.")]
    public static partial void LogTooShort(ILogger logger, string folder, long bytes);

    [LoggerMessage(2008, LogLevel.Error, "The click log {Folder} could not be synced: what its mark does not cover is not read in this run.")]
    public static partial void OldLogNotSynced(ILogger logger, string folder, Exception exception);

    [LoggerMessage(2009, LogLevel.Warning, "The mark of the click log {Folder} could not be written.")]
    public static partial void MarkNotWritten(ILogger logger, string folder, Exception exception);

    [LoggerMessage(2010, LogLevel.Error, "The click log {Folder} cannot be opened and is left as it is.")]
    public static partial void OldLogNotOpened(ILogger logger, string folder, Exception exception);

    [LoggerMessage(2011, LogLevel.Warning, "Housekeeping of the click log failed and is tried again.")]
    public static partial void HousekeepingFailed(ILogger logger, Exception exception);

    [LoggerMessage(2012, LogLevel.Error, "Clicks {From} to {To} of log {Epoch:x16} cannot be read, {Missing} missing: {Reason}")]
    public static partial void Damaged(ILogger logger, ulong epoch, long from, long to, long missing, string reason);

    [LoggerMessage(2013, LogLevel.Information, "Click log {Epoch:x16} was counted, has expired and is deleted.")]
    public static partial void Forgotten(ILogger logger, ulong epoch);

    [LoggerMessage(2016, LogLevel.Critical, "{MiB} MiB of clicks wait on the disk, and Edge__BacklogMiB allows no more. Redirects go on; new clicks are declared lost.")]
    public static partial void BacklogFull(ILogger logger, long miB);

    [LoggerMessage(2017, LogLevel.Warning, "The backlog has shrunk to {MiB} MiB; clicks are recorded again.")]
    public static partial void BacklogShrunk(ILogger logger, long miB);

    [LoggerMessage(2015, LogLevel.Error, "{Path} cannot be renamed.")]
    public static partial void IdentityNotSetAside(ILogger logger, string path, Exception exception);
}
