using LinkTracker.Contracts.Links;

namespace LinkTracker.Kafka;

/// <summary>
/// The topic that carries links to Edges. It has one partition, because changes have one order, and keeps the newest record of
/// every place for ever. All its records are written by one process at a time, in transactions.
/// </summary>
public static class LinksTopic
{
    public const string Name = "links";
    public const int Partition = 0;

    /// <summary>The setting that tells what becomes of old records.</summary>
    public const string CleanupSetting = "cleanup.policy";

    /// <summary>Under any other, the only record of a link may be deleted while the link is there.</summary>
    public const string Cleanup = "compact";

    /// <summary>Who has this transactional id shuts out who had it before.</summary>
    public const string TransactionalId = "linktracker-links";

    /// <summary>
    /// An Edge without a snapshot reads all of it, so it is compacted soon: once a tenth of it is superseded, and within a day. Segments
    /// are small, because the one that is written to is never compacted.
    /// </summary>
    public static KafkaTopic Topic { get; } = new(Name, Partitions: 1, new Dictionary<string, string>
    {
        [CleanupSetting] = Cleanup,
        ["segment.bytes"] = "67108864",
        ["segment.ms"] = "86400000",
        ["min.cleanable.dirty.ratio"] = "0.1",
        ["max.compaction.lag.ms"] = "86400000",
    });

    /// <summary>Asks the broker where the topic ends, and for the last record that can be read.</summary>
    /// <exception cref="KafkaFailedException">No answer came in that time.</exception>
    public static LinksTail ReadTail(KafkaConnection kafka, TimeSpan limit, TimeProvider clock)
    {
        LinkMessage? last = null;
        var tail = KafkaTail.Read(kafka, Name, Partition, TryTake, limit, clock);
        return new LinksTail(tail.First, tail.End, last);

        bool TryTake(KafkaRecord record)
        {
            var isReadable = LinkChangeCodec.TryDecode(record.Key, record.Value, out var message, out _);
            last = isReadable ? message : last;
            return isReadable;
        }
    }
}

/// <param name="First">The offset of the first record.</param>
/// <param name="End">The offset that the next record will have, or a later one.</param>
/// <param name="Last">The last record that can be read; null when there is none.</param>
public sealed record LinksTail(long First, long End, LinkMessage? Last);
