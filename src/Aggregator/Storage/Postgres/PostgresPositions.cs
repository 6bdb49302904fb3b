using System.Data.Common;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>How far partitions and their logs are counted, and the comparison that lets each batch in once.</summary>
internal sealed class PostgresPositions(PostgresTransaction transaction)
{
    private const string LogColumns = "edge, epoch, next, consumed, applied, duplicate_skipped, quarantined";

    public PartitionState? Read(int partition) => Position(partition, "") is { } stored
        ? new PartitionState(stored.Position, Logs(partition, $"SELECT {LogColumns} FROM counting_logs WHERE partition = $1", partition))
        : null;

    /// <summary>
    /// Compares what is stored with what the batch was made for and moves it on:
    /// <code>
    ///   1  lock the partition's row     whoever writes anything of the partition waits here
    ///   2  refuse who comes late        a later holder has been here
    ///   3  know a step made before      its answer was lost, and it is not made twice
    ///   4  compare                      position and logs are what the batch was made for
    ///   5  move
    /// </code>
    /// </summary>
    /// <returns>False when exactly this step was made before.</returns>
    /// <exception cref="PositionMovedException">Something else is stored.</exception>
    public bool Move(CountBatch batch, PartitionStep step)
    {
        // :: 1
        var stored = Position(step.Partition, "FOR UPDATE");

        // :: 2
        if (stored is { } later && later.Fence > step.Fence)
        {
            throw new PositionMovedException($"Partition {step.Partition} is held under fence {later.Fence}; this batch was made under {step.Fence}.", later.Fence);
        }

        // :: 3
        var logs = Logs(batch, step.Partition);
        var after = batch.Progress.ToDictionary(log => log.Key, log => (LogProgress?)log.Value.After);
        if (stored == (step.Fence, step.After) && IsSame(logs, after) && Changes(batch, step))
        {
            return false;
        }

        // :: 4
        if (stored?.Position != step.Before || !IsSame(logs, batch.Progress.ToDictionary(log => log.Key, log => log.Value.Before)))
        {
            throw new PositionMovedException($"The stored position of partition {step.Partition} is {stored?.Position}, or those of its logs have moved; this batch was made for {step.Before}.");
        }

        // :: 5
        MovePartition(step);
        MoveLogs(batch, step.Partition);
        return true;
    }

    private void MovePartition(in PartitionStep step)
    {
        var sql = step.Before is null
            ? "INSERT INTO counting_positions (partition, fence, era, next_offset) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
            : "UPDATE counting_positions SET fence = $2, era = $3, next_offset = $4 WHERE partition = $1";
        if (transaction.Execute(sql, step.Partition, step.Fence, step.After.Era, step.After.Offset) != 1)
        {
            // Nothing is there to be locked before the first batch: two may begin, and one was faster.
            throw new PositionMovedException($"Partition {step.Partition} was begun by another holder.");
        }
    }

    private void MoveLogs(CountBatch batch, int partition)
    {
        var after = batch.Progress.Values.Select(log => log.After).ToArray();
        transaction.Execute(
            $"""
            INSERT INTO counting_logs (partition, {LogColumns})
            SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
            ON CONFLICT (partition, edge, epoch) DO UPDATE SET
                next = excluded.next, consumed = excluded.consumed, applied = excluded.applied,
                duplicate_skipped = excluded.duplicate_skipped, quarantined = excluded.quarantined
            """,
            partition,
            Edges(batch),
            Epochs(batch),
            after.Select(log => log.Next).ToArray(),
            after.Select(log => log.Consumed).ToArray(),
            after.Select(log => log.Applied).ToArray(),
            after.Select(log => log.DuplicateSkipped).ToArray(),
            after.Select(log => log.Quarantined).ToArray());
    }

    private (long Fence, PartitionPosition Position)? Position(int partition, string locking) => transaction.Query(
        reader => ((long, PartitionPosition)?)(reader.GetInt64(0), new PartitionPosition(reader.GetInt64(1), reader.GetInt64(2))),
        $"SELECT fence, era, next_offset FROM counting_positions WHERE partition = $1 {locking}",
        partition).SingleOrDefault();

    private Dictionary<LogKey, LogProgress> Logs(CountBatch batch, int partition) => Logs(
        partition,
        $"SELECT {LogColumns} FROM counting_logs WHERE partition = $1 AND (edge, epoch) IN (SELECT * FROM unnest($2::bigint[], $3::bigint[]))",
        partition,
        Edges(batch),
        Epochs(batch));

    private Dictionary<LogKey, LogProgress> Logs(int partition, string sql, params ReadOnlySpan<object> values) =>
        transaction.Query(reader => (Log: LogOf(partition, reader), Progress: ProgressOf(reader)), sql, values).ToDictionary(row => row.Log, row => row.Progress);

    private static LogKey LogOf(int partition, DbDataReader reader) => new(partition, (ulong)reader.GetInt64(0), (ulong)reader.GetInt64(1));

    private static LogProgress ProgressOf(DbDataReader reader) =>
        new(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6));

    private static long[] Edges(CountBatch batch) => [.. batch.Progress.Keys.Select(log => (long)log.Edge)];

    private static long[] Epochs(CountBatch batch) => [.. batch.Progress.Keys.Select(log => (long)log.Epoch)];

    private static bool IsSame(Dictionary<LogKey, LogProgress> stored, Dictionary<LogKey, LogProgress?> expected) =>
        expected.All(log => (stored.TryGetValue(log.Key, out var progress) ? progress : (LogProgress?)null) == log.Value);

    // A step that moves nothing would look as if it had been made before.
    private static bool Changes(CountBatch batch, in PartitionStep step) =>
        step.Before != step.After || batch.Progress.Values.Any(log => log.Before != log.After);
}
