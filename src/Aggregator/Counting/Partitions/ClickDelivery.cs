using LinkTracker.Contracts.Clicks;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>A record of the topic of clicks: a slice, or bytes that are none for this version.</summary>
internal sealed record ClickDelivery
{
    private ClickDelivery(ClickSlice? slice, QuarantinedRange? refused) => (Slice, Refused) = (slice, refused);

    public ClickSlice? Slice { get; }

    public QuarantinedRange? Refused { get; }

    public static ClickDelivery Of(int partition, long era, KafkaRecord record)
    {
        var bytes = record.Value ?? [];
        return SliceCodec.TryRead(bytes, partition, out var slice, out var reason)
            ? new ClickDelivery(slice, null)
            : new ClickDelivery(null, QuarantinedRange.OfRecord(partition, new PartitionPosition(era, record.Offset), reason, bytes));
    }

    public void AddTo(ClickFold fold)
    {
        if (Slice is not null)
        {
            fold.Add(Slice);
        }
        else
        {
            fold.Batch.Quarantine.Add(Refused!);
        }
    }
}
