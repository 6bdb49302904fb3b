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
}
