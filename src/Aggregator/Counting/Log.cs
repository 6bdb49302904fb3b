namespace LinkTracker.Aggregator.Counting;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Critical, "The counts cannot be read. They were set aside as {Path} and are now made again from the click log, as far back as it reaches")]
    public static partial void CountsDamaged(ILogger logger, Exception exception, string path);

    [LoggerMessage(3002, LogLevel.Error, "Counting failed and begins again from the stored positions in {Delay}")]
    public static partial void CountingFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(3003, LogLevel.Warning, "Addresses {From} to {To} of the log of edge {Edge:x16}, epoch {Epoch}, went to quarantine; clicks missing: {Missing}. {Reason}")]
    public static partial void Quarantined(ILogger logger, long from, long to, ulong edge, ulong epoch, long missing, string reason);

    [LoggerMessage(3004, LogLevel.Information, "{Blocks} blocks of single clicks and the bytes of {Quarantined} entries of the quarantine, all from before {Before}, were dropped; counts stay")]
    public static partial void ClicksForgotten(ILogger logger, int blocks, int quarantined, DateTimeOffset before);

    [LoggerMessage(3005, LogLevel.Error, "Old clicks could not be dropped; the next try is in an hour")]
    public static partial void ForgettingFailed(ILogger logger, Exception exception);

    [LoggerMessage(3006, LogLevel.Error, "A block of single clicks of edge {Edge:x16}, epoch {Epoch}, window {Window} cannot be read: reports that need its clicks leave them out; their counts stay")]
    public static partial void BlockDamaged(ILogger logger, Exception exception, ulong edge, ulong epoch, long window);

    [LoggerMessage(3007, LogLevel.Information, "The quarantine was replayed: {Replayed} clicks are counted now, {Kept} cannot be read by this version")]
    public static partial void Replayed(ILogger logger, long replayed, long kept);
}
