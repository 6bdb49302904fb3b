using System.Globalization;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Brings the two stores of a partition to where counting can begin:
/// <code>
///   1  shut out earlier holders    both stores take the fence, and refuse lower ones from now on
///   2  compare                     Redis that lost something is made again from PostgreSQL, also while Kafka is away
///   3  look whether Kafka has it   if not, say what is missing and begin a new era
/// </code>
/// </summary>
internal static class PartitionStart
{
    /// <summary>Why counts are made again when both stores have counted the same records and say different things of them.</summary>
    public const string Disagreement = "it disagrees with PostgreSQL about the same records";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <param name="isDamaged">Whether what is in Redis was found to be none of our making.</param>
    /// <returns>What PostgreSQL has, and what Redis has, which is the same or more.</returns>
    /// <exception cref="OperationCanceledException">While Redis is made again.</exception>
    public static (PartitionState Snapshot, PartitionState Ahead) Align(PartitionLease lease, PartitionParts parts, bool isDamaged, CancellationToken stopping)
    {
        // :: 1
        var snapshot = TakeOver(lease, parts.Snapshot) ?? Begin(lease, parts);

        // :: 2
        var ahead = isDamaged
            ? Rebuild(lease, parts, "what it holds cannot be read", stopping)
            : Compare(lease, parts, snapshot, TakeOver(lease, parts.Counts), stopping);

        // :: 3
        var (first, end) = KafkaTail.Bounds(parts.Kafka, ClicksTopic.Name, lease.Partition, Limit);
        return snapshot.Position.Offset >= first && ahead.Position.Offset <= end
            ? (snapshot, ahead)
            : BeginEra(lease, parts, snapshot, ahead, first, end, stopping);
    }

    /// <summary>Makes the counts in Redis again from the snapshot, and returns what they are then.</summary>
    public static PartitionState Rebuild(PartitionLease lease, PartitionParts parts, string reason, CancellationToken stopping)
    {
        parts.Metrics.Rebuilds(lease.Partition, reason);
        using var snapshot = parts.Snapshot.Snapshot(lease.Partition);
        var state = snapshot.State ?? throw new InvalidOperationException($"Partition {lease.Partition} has no snapshot to make its counts from.");
        parts.Rebuild.Run(lease.Partition, lease.Fence, state, snapshot.Hours, snapshot.LastClicks, stopping);
        return state;
    }

    // Read again once the fence is taken: what was read before it, an earlier holder may have moved.
    private static PartitionState? TakeOver(PartitionLease lease, IPartitionCounts store)
    {
        if (store.Read(lease.Partition) is not { } found)
        {
            return null;
        }

        store.Commit(new CountBatch(), new PartitionStep(lease.Partition, lease.Fence, found.Position, found.Position));
        return store.Read(lease.Partition);
    }

    // A partition that was never counted begins at the very front, whether Kafka still has that or not.
    private static PartitionState Begin(PartitionLease lease, PartitionParts parts)
    {
        parts.Snapshot.Commit(new CountBatch(), new PartitionStep(lease.Partition, lease.Fence, null, default));
        return new PartitionState(default, new Dictionary<LogKey, LogProgress>());
    }

    private static PartitionState Compare(PartitionLease lease, PartitionParts parts, PartitionState snapshot, PartitionState? counts, CancellationToken stopping) => counts switch
    {
        null => Rebuild(lease, parts, "it has nothing of this partition", stopping),
        _ when counts.Position.Era != snapshot.Position.Era || counts.Position.CompareTo(snapshot.Position) < 0 =>
            Rebuild(lease, parts, $"it is at {counts.Position}, and PostgreSQL at {snapshot.Position}", stopping),
        _ when counts.Position == snapshot.Position && !counts.HasSameLogs(snapshot) => Rebuild(lease, parts, Disagreement, stopping),
        _ => counts,
    };

    // What Redis has beyond the snapshot cannot be read again: from here on it is what the snapshot says.
    private static (PartitionState Snapshot, PartitionState Ahead) BeginEra(
        PartitionLease lease, PartitionParts parts, PartitionState snapshot, PartitionState ahead, long first, long end, CancellationToken stopping)
    {
        var position = snapshot.Position;
        var next = new PartitionPosition(position.Era + 1, position.Offset >= first && position.Offset <= end ? position.Offset : first);
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"Kafka has the offsets {first} to {end} of this partition, and {position.Offset} was to be read next, {ahead.Position.Offset} for the reports: its retention is too short, it lost records, or the topic was made anew. What is missing shows in the addresses of the logs.");
        parts.Metrics.BeginsNewEra(lease.Partition, reason);

        var batch = new CountBatch();
        batch.Quarantine.Add(new QuarantinedRange(
            new LogKey(lease.Partition, 0, (ulong)position.Era), position.Offset, Math.Max(position.Offset, next.Offset), 0, reason, []));
        var step = new PartitionStep(lease.Partition, lease.Fence, position, next);
        parts.Snapshot.Commit(batch, step);
        var begun = snapshot with { Position = next };
        if (ahead.Position == position)
        {
            parts.Counts.Commit(new CountBatch(), step);
            return (begun, begun);
        }

        return (begun, Rebuild(lease, parts, "Kafka no longer has what it counted beyond PostgreSQL", stopping));
    }
}
