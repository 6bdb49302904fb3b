using System.Globalization;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Brings the two stores of a partition to where counting can begin:
/// <code>
///   1  shut out earlier holders    both stores take the fence, and refuse lower ones from now on
///   2  look whether Kafka has it   if not, say what is missing and begin a new era at the first record there is
///   3  compare                     Redis that lost something is made again from PostgreSQL
/// </code>
/// </summary>
internal static class PartitionStart
{
    /// <summary>Why counts are made again when both stores have counted the same records and say different things of them.</summary>
    public const string Disagreement = "it disagrees with PostgreSQL about the same records";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <param name="isDamaged">Whether what is in Redis was found to be none of our making.</param>
    /// <returns>What PostgreSQL has, and what Redis has, which is the same or more.</returns>
    public static (PartitionState Snapshot, PartitionState Ahead) Align(PartitionLease lease, PartitionParts parts, bool isDamaged)
    {
        // :: 1
        var snapshot = TakeOver(lease, parts.Snapshot);

        // :: 2
        var position = PositionInKafka(lease, parts, snapshot?.Position, out var missing);
        if (position != snapshot?.Position)
        {
            var batch = new CountBatch();
            if (missing is not null)
            {
                batch.Quarantine.Add(missing);
                parts.Metrics.BeginsNewEra(lease.Partition, missing.Reason);
            }

            parts.Snapshot.Commit(batch, new PartitionStep(lease.Partition, lease.Fence, snapshot?.Position, position));
            snapshot = parts.Snapshot.Read(lease.Partition);
        }

        // :: 3
        if (isDamaged)
        {
            return (snapshot!, Rebuild(lease, parts, "what it holds cannot be read"));
        }

        var counts = TakeOver(lease, parts.Counts);
        if (counts is null)
        {
            return (snapshot!, Rebuild(lease, parts, "it has nothing of this partition"));
        }

        if (counts.Position.Era != position.Era || counts.Position.CompareTo(position) < 0)
        {
            return (snapshot!, Rebuild(lease, parts, $"it is at {counts.Position}, and PostgreSQL at {position}"));
        }

        return counts.Position == position && !counts.HasSameLogs(snapshot!)
            ? (snapshot!, Rebuild(lease, parts, Disagreement))
            : (snapshot!, counts);
    }

    /// <summary>Makes the counts in Redis again from the snapshot, and returns what they are then.</summary>
    public static PartitionState Rebuild(PartitionLease lease, PartitionParts parts, string reason)
    {
        parts.Metrics.Rebuilds(lease.Partition, reason);
        using var snapshot = parts.Snapshot.Snapshot(lease.Partition);
        var state = snapshot.State ?? throw new InvalidOperationException($"Partition {lease.Partition} has no snapshot to make its counts from.");

        // What is swept behind it is nobody's concern.
        _ = parts.Rebuild.Run(lease.Partition, lease.Fence, state, snapshot.Hours, snapshot.LastClicks);
        return state;
    }

    // What was read still holds behind the commit: it fails if an earlier holder has moved it meanwhile.
    private static PartitionState? TakeOver(PartitionLease lease, IPartitionCounts store)
    {
        var state = store.Read(lease.Partition);
        if (state is not null)
        {
            store.Commit(new CountBatch(), new PartitionStep(lease.Partition, lease.Fence, state.Position, state.Position));
        }

        return state;
    }

    private static PartitionPosition PositionInKafka(PartitionLease lease, PartitionParts parts, PartitionPosition? stored, out QuarantinedRange? missing)
    {
        missing = null;
        var (first, end) = KafkaTail.Bounds(parts.Kafka, ClicksTopic.Name, lease.Partition, Limit);
        if (stored is not { } position)
        {
            return new PartitionPosition(0, first);
        }

        if (position.Offset >= first && position.Offset <= end)
        {
            return position;
        }

        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"Kafka has the offsets {first} to {end} of this partition, and {position.Offset} was to be read next: its retention is too short, or the topic was made anew. What is missing shows in the addresses of the logs.");
        missing = new QuarantinedRange(new LogKey(lease.Partition, 0, (ulong)position.Era), position.Offset, Math.Max(position.Offset, first), 0, reason, []);
        return new PartitionPosition(position.Era + 1, first);
    }
}
