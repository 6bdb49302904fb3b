using LinkTracker.Aggregator.Events;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// What a partition's counter has counted and PostgreSQL does not have yet: the batches since the last snapshot, merged into one.
/// </summary>
/// <param name="events">Where clicks are published before they are stored; null: nowhere.</param>
/// <param name="stored">Where PostgreSQL is.</param>
internal sealed class PendingSnapshot(PartitionLease lease, PartitionParts parts, ClickEventPublisher? events, PartitionPosition stored)
{
    /// <summary>What cannot be read waits in memory, too, whole.</summary>
    public const long MostQuarantinedBytes = 16 << 20;

    // They wait in memory, some 300 bytes each.
    private const int MostClicks = 200_000;

    private CountBatch _batch = new();
    private PartitionPosition _stored = stored;
    private long _last = parts.Clock.GetTimestamp();

    public bool IsDue => _batch.Clicks >= MostClicks || _batch.QuarantinedBytes >= MostQuarantinedBytes || parts.Clock.GetElapsedTime(_last) >= parts.SnapshotInterval;

    public void Add(CountBatch batch) => _batch.Absorb(batch);

    /// <summary>Stores all of it with the position that it leads to; nothing when that is stored already.</summary>
    /// <exception cref="OperationCanceledException">While clicks were published; nothing is stored then.</exception>
    public void Store(PartitionPosition position, CancellationToken stopping)
    {
        _last = parts.Clock.GetTimestamp();
        if (position == _stored)
        {
            return;
        }

        // Before the position moves: published at least once, under the same ids if it is done again.
        events?.PublishAsync(_batch.Parts, stopping).GetAwaiter().GetResult();
        parts.Snapshot.Commit(_batch, new PartitionStep(lease.Partition, lease.Fence, _stored, position));
        parts.Metrics.Snapshot();
        _batch = new CountBatch();
        _stored = position;
    }
}
