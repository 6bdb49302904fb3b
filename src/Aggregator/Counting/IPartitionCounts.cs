using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// One of the two places where the counts of a partition are kept in the cluster: Redis, which reports are read from, and PostgreSQL,
/// which is behind it by a snapshot's interval. Each has a position of its own, and so counts each click once by itself.
/// </summary>
internal interface IPartitionCounts
{
    /// <summary>What is stored of a partition; null when nothing is.</summary>
    /// <exception cref="CountsException">It could not be read now.</exception>
    PartitionState? Read(int partition);

    /// <summary>Stores the whole batch with the new position, or nothing of it.</summary>
    /// <exception cref="PositionMovedException">What is stored is not what the batch was made for, or a later holder of the partition has been here.</exception>
    /// <exception cref="CountsException">Whether it was stored is not known: read the state again.</exception>
    void Commit(CountBatch batch, PartitionStep step);
}

/// <summary>A place in a partition of the topic of clicks.</summary>
/// <param name="Era">Grows when offsets began anew, because the topic did or records were lost.</param>
/// <param name="Offset">Everything below it is counted.</param>
internal readonly record struct PartitionPosition(long Era, long Offset) : IComparable<PartitionPosition>
{
    public int CompareTo(PartitionPosition other) => Era != other.Era ? Era.CompareTo(other.Era) : Offset.CompareTo(other.Offset);
}

/// <param name="Logs">How far each log is counted, as it comes through this partition.</param>
internal sealed record PartitionState(PartitionPosition Position, IReadOnlyDictionary<LogKey, LogProgress> Logs)
{
    /// <summary>What is stored once the batch is.</summary>
    public PartitionState After(PartitionPosition position, CountBatch batch)
    {
        var logs = new Dictionary<LogKey, LogProgress>(Logs);
        foreach (var (log, (_, after)) in batch.Progress)
        {
            logs[log] = after;
        }

        return new PartitionState(position, logs);
    }

    public bool HasSameLogs(PartitionState other) =>
        Logs.Count == other.Logs.Count && Logs.All(log => other.Logs.TryGetValue(log.Key, out var progress) && progress == log.Value);
}

/// <summary>From where to where a batch leads.</summary>
/// <param name="Fence">Tells the holders of a partition apart: a later one has the higher number, and shuts out those before it.</param>
/// <param name="Before">What is expected to be stored; null: nothing.</param>
internal readonly record struct PartitionStep(int Partition, long Fence, PartitionPosition? Before, PartitionPosition After);
