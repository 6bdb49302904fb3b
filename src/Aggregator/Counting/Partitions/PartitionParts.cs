using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>What the counters of all partitions share.</summary>
/// <param name="Counts">What reports are read from.</param>
/// <param name="Snapshot">Where single clicks are, and what the counts are made again from.</param>
/// <param name="Events">Where clicks are published before they go into the snapshot; null: nowhere.</param>
/// <param name="SnapshotInterval">How far the snapshot may be behind.</param>
internal sealed record PartitionParts(
    KafkaConnection Kafka,
    RedisCounts Counts,
    PostgresCounts Snapshot,
    ClickEventPublisher? Events,
    ClickClassifier Classifier,
    PartitionMetrics Metrics,
    TimeSpan SnapshotInterval,
    TimeProvider Clock,
    ILogger Logger);
