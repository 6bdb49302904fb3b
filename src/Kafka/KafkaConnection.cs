using Confluent.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Kafka;

/// <summary>How this process reaches the brokers. Makes senders and readers; none of them connects before it has something to do.</summary>
public sealed class KafkaConnection
{
    private readonly string _bootstrapServers;
    private readonly ILoggerFactory _loggers;

    /// <param name="bootstrapServers">Hosts with ports, separated by commas.</param>
    /// <param name="loggers">Takes what the native library has to say.</param>
    /// <exception cref="SettingsException">The native library is missing.</exception>
    public KafkaConnection(string bootstrapServers, ILoggerFactory loggers)
    {
        Librdkafka.Require();
        _bootstrapServers = bootstrapServers;
        _loggers = loggers;
    }

    /// <summary>A producer that keeps the order of each partition and repeats nothing within its own life.</summary>
    /// <param name="transactionalId">With it, records become visible by transactions, and an older sender of the same id is shut out.</param>
    /// <remarks>Without a transactional id a record that is refused ends the sender, so that none behind it overtakes it.</remarks>
    public KafkaSender OpenSender(string? transactionalId = null) => new(Common(new ProducerConfig
    {
        EnableIdempotence = true,

        // Of a record that Kafka refuses, the ones behind it must not arrive either: readers would take it for lost.
        EnableGaplessGuarantee = transactionalId is null,
        Acks = Acks.All,
        CompressionType = CompressionType.Lz4,
        LingerMs = 5,

        // Outside of the memory that the garbage collector knows; the log on disk is the real buffer.
        QueueBufferingMaxKbytes = 65_536,
        QueueBufferingMaxMessages = 10_000,

        // Never given up by time: in an outage of hours, records wait here and the log behind them.
        MessageTimeoutMs = transactionalId is null ? 0 : 10_000,
        TransactionalId = transactionalId,

        // Of what was sent, nothing is kept for the report: the client never lets go of what it was not told the end of.
        DeliveryReportFields = "none",
        TransactionTimeoutMs = 15_000,
    }), transactionalId is null ? new FirstRecords(TimeProvider.System) : null, Logger());

    /// <summary>A reader of one partition, from the offset on. Nothing is committed anywhere: whoever reads keeps its own position.</summary>
    public KafkaReader OpenReader(string topic, int partition, long offset) => new(Common(new ConsumerConfig
    {
        // The client wants a name; without subscription and commits it stands for nothing.
        GroupId = "linktracker",
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,

        // Of an offset that is not there, the reader is told, instead of being moved in silence.
        AutoOffsetReset = AutoOffsetReset.Error,
        CheckCrcs = true,
        EnablePartitionEof = true,
        QueuedMaxMessagesKbytes = 16_384,
        FetchWaitMaxMs = 100,
        SocketTimeoutMs = 10_000,
    }), Logger(), topic, partition, offset);

    public KafkaTopics OpenTopics() => new(Common(new AdminClientConfig()), Logger());

    private T Common<T>(T config) where T : ClientConfig
    {
        config.BootstrapServers = _bootstrapServers;

        // Topics are made by KafkaTopics, with the settings they need.
        config.Set("allow.auto.create.topics", "false");
        config.ClientId = "linktracker";
        config.SocketNagleDisable = true;
        config.SocketKeepaliveEnable = true;
        config.ReconnectBackoffMs = 100;
        config.ReconnectBackoffMaxMs = 1_000;
        return config;
    }

    private ILogger Logger() => _loggers.CreateLogger("LinkTracker.Kafka");
}
