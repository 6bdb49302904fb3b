namespace LinkTracker.Aggregator.Codes;

internal static partial class Log
{
    // Without an address: it would be the only one that is kept anywhere.
    [LoggerMessage(2601, LogLevel.Warning, "code_guessing: {Misses} codes that nobody has were asked for by one client within {Minutes} minutes; it gets no answer for the rest of them")]
    public static partial void CodesGuessed(ILogger logger, int misses, int minutes);
}
