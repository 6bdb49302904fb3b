using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Kafka;

/// <param name="TimestampMs">When it was sent or stored, in Unix milliseconds, as the topic is set.</param>
public readonly record struct KafkaRecord(long Offset, long TimestampMs, byte[]? Key, byte[]? Value);

/// <summary>Reads one partition from an offset on.</summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class KafkaReader : IDisposable
{
    // What the client calls an offset that is out of range when it may not move by itself (librdkafka's _AUTO_OFFSET_RESET).
    private const ErrorCode NoSuchOffset = (ErrorCode)(-140);

    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly TopicPartition _partition;
    private readonly ILogger _logger;
    private bool _isDisposed;

    internal KafkaReader(ConsumerConfig config, ILogger logger, string topic, int partition, long offset)
    {
        _logger = logger;
        _partition = new TopicPartition(topic, partition);
        Next = offset;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler((_, error) => Log.ClientError(logger, error.IsFatal, error.Reason))
            .SetLogHandler((_, message) => Log.Native(logger, message))
            .Build();
        _consumer.Assign(new TopicPartitionOffset(_partition, offset));
    }

    /// <summary>The offset behind the last record that was read. Offsets may have holes.</summary>
    public long Next { get; private set; }

    /// <summary>Records from <see cref="Next"/> to the end, as far as the broker's last answer told; 0 before there was one.</summary>
    public long Behind => _consumer.GetWatermarkOffsets(_partition).High is { IsSpecial: false } end ? Math.Max(0, end.Value - Next) : 0;

    /// <summary>Whether the last call of <see cref="Read"/> met the end of the partition, as it was then.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>The next record; null when none came within the wait, or the end was met.</summary>
    /// <exception cref="OffsetOutOfRangeException">There is nothing at <see cref="Next"/>.</exception>
    /// <exception cref="KafkaFailedException">The record cannot be read now; reading may be tried again.</exception>
    public KafkaRecord? Read(TimeSpan wait)
    {
        try
        {
            IsAtEnd = false;
            var result = _consumer.Consume(wait);
            if (result is null)
            {
                return null;
            }

            Next = Math.Max(Next, result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1);
            IsAtEnd = result.IsPartitionEOF;
            return IsAtEnd ? null : new KafkaRecord(
                result.Offset.Value, result.Message.Timestamp.UnixTimestampMs, result.Message.Key, result.Message.Value);
        }
        catch (ConsumeException exception) when (exception.Error.Code is NoSuchOffset or ErrorCode.OffsetOutOfRange)
        {
            throw new OffsetOutOfRangeException(Next);
        }
        catch (KafkaException exception)
        {
            throw new KafkaFailedException(exception.Error.Reason, exception);
        }
    }

    /// <summary>The offsets of the first record and behind the last one, asked of the broker.</summary>
    /// <remarks>When the broker went away after this reader was connected, it may take a minute: see <see cref="KafkaTail.Bounds"/>.</remarks>
    /// <exception cref="KafkaFailedException">No answer came in that time.</exception>
    public (long First, long End) Bounds(TimeSpan limit)
    {
        try
        {
            var offsets = _consumer.QueryWatermarkOffsets(_partition, limit);
            return (offsets.Low.Value, offsets.High.Value);
        }
        catch (KafkaException exception)
        {
            throw new KafkaFailedException(exception.Error.Reason, exception);
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _consumer.Unassign();
            ClientEnd.Of(_consumer, _logger);
        }
    }
}
