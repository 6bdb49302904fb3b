using LinkTracker.Contracts.Clicks;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>Reads the slices of one partition from Kafka.</summary>
/// <remarks>For one thread at a time.</remarks>
/// <param name="start">Where reading begins.</param>
internal sealed class ClickRecords(KafkaConnection kafka, int partition, PartitionPosition start) : IDisposable
{
    private readonly KafkaReader _reader = kafka.OpenReader(ClicksTopic.Name, partition, start.Offset);

    /// <summary>The offset behind the last record that was read.</summary>
    public long Next { get; private set; } = start.Offset;

    /// <summary>How many records wait in the partition, as far as the reader knows.</summary>
    public long Behind => _reader.Behind;

    /// <summary>The next record; null when none came within the wait.</summary>
    /// <exception cref="KafkaFailedException">The record cannot be read now.</exception>
    /// <exception cref="OffsetOutOfRangeException">There is nothing where reading was to go on.</exception>
    public ClickDelivery? Read(TimeSpan wait)
    {
        if (_reader.Read(wait) is not { } record)
        {
            return null;
        }

        Next = record.Offset + 1;
        return ClickDelivery.Of(partition, start.Era, record);
    }

    public void Dispose() => _reader.Dispose();
}
