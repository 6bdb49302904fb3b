using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Kafka;

internal static partial class Log
{
    /// <summary>What the native library tells, at its own level: syslog's, where 3 and lower are errors and 4 is a warning.</summary>
    public static void Native(ILogger logger, LogMessage message) => Native(
        logger,
        (int)message.Level switch { <= 3 => LogLevel.Error, 4 => LogLevel.Warning, <= 6 => LogLevel.Information, _ => LogLevel.Debug },
        message.Message);

    public static void ClientError(ILogger logger, bool isFatal, string reason) =>
        ClientError(logger, isFatal ? LogLevel.Error : LogLevel.Warning, reason);

    [LoggerMessage(EventId = 1, Message = "Kafka's client: {Text}")]
    private static partial void Native(ILogger logger, LogLevel level, string text);

    [LoggerMessage(EventId = 2, Message = "Kafka: {Reason}")]
    private static partial void ClientError(ILogger logger, LogLevel level, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "A client of Kafka did not end within {Patience} and is left behind: its threads stay until this process ends")]
    public static partial void ClientStuck(ILogger logger, TimeSpan patience);
}
