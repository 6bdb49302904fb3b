using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Counts one partition for as long as its lease holds:
/// <code>
///   1  align the two stores     PartitionStart: PostgreSQL's snapshot, and Redis at or ahead of it
///   2  read from the snapshot   what Redis has already is judged again, for PostgreSQL alone
///   3  gather                   up to 50 ms, or as many clicks as one write takes
///   4  fold                     ClickFold
///   5  store in Redis           one script with the new position: reports show it
///   6  store in PostgreSQL      at an interval, all batches since as one, in one transaction with the new position
/// </code>
/// Any failure ends the round with what is stored; the next begins at 1 and counts again what was not stored, and nothing else.
/// </summary>
/// <remarks>Blocks; for a thread of its own.</remarks>
internal sealed class PartitionCounter
{
    /// <summary>Where the chain of slices of every log begins, in every partition.</summary>
    public const long LogsBegin = 0;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    // When nobody clicks, how soon it is noticed that Redis lost its counts.
    private static readonly TimeSpan Watching = TimeSpan.FromSeconds(1);

    private readonly PartitionLease _lease;
    private readonly PartitionParts _parts;
    private readonly Action _works;
    private readonly CancellationToken _stopping;
    private readonly ClickClassifier _classifier;
    private readonly VisitorDays _visitors;
    private readonly PartitionReplay _replay;
    private readonly PendingSnapshot _pending;
    private PartitionState _state;
    private long _lastCommit;

    private PartitionCounter(PartitionLease lease, PartitionParts parts, PartitionState snapshot, Action works, CancellationToken stopping)
    {
        _lease = lease;
        _parts = parts;
        _works = works;
        _stopping = stopping;
        _state = snapshot;
        _classifier = parts.NewClassifier();
        _visitors = new VisitorDays((day, visitors) => parts.Clicks.LoadDay(lease.Partition, day, visitors));
        var events = parts.NewPublisher(_classifier);
        _replay = new PartitionReplay(lease, parts, events, _classifier, _visitors);
        _pending = new PendingSnapshot(lease, parts, events, snapshot.Position);
    }

    /// <summary>Counts until it is asked to stop; then what was counted is in both stores.</summary>
    /// <param name="isDamaged">Whether the round before ended because of what is in Redis.</param>
    /// <param name="works">Told whenever something went well.</param>
    public static void Run(PartitionLease lease, PartitionParts parts, bool isDamaged, Action works, CancellationToken stopping)
    {
        // :: 1
        var (snapshot, ahead) = PartitionStart.Align(lease, parts, isDamaged, stopping);
        new PartitionCounter(lease, parts, snapshot, works, stopping).Count(ahead);
    }

    private void Count(PartitionState ahead)
    {
        // :: 2
        using var records = new ClickRecords(_parts.Kafka, _lease.Partition, _state.Position);
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                Turn(records, ahead);
                _parts.Metrics.Moved(_lease.Partition, _state, _visitors.Count, records.Behind);
                _works();
            }
        }
        catch (OffsetOutOfRangeException)
        {
            // Kafka does not have any more what was counted since the last snapshot.
            StoreSnapshot(_stopping);
            throw;
        }

        // Asked to stop, it stores what it has, so that the next holder need not read it again. Publishing has a limit of its own.
        StoreSnapshot(CancellationToken.None);
    }

    private void Turn(ClickRecords records, PartitionState ahead)
    {
        // :: 3 and 4
        var isBehind = _state.Position.CompareTo(ahead.Position) < 0;
        var batch = Fold(records, isBehind ? ahead.Position.Offset : long.MaxValue, out var read);
        if (read > 0)
        {
            Take(batch, records.Next, toRedis: !isBehind);
        }
        else if (!isBehind && _parts.Clock.GetElapsedTime(_lastCommit) >= Watching)
        {
            // Changes nothing, and fails if Redis is not where it was left.
            Commit(new CountBatch(), _state.Position);
        }

        if (isBehind && _state.Position == ahead.Position)
        {
            Meet(ahead);
        }

        // :: 6
        if (_pending.IsDue)
        {
            StoreSnapshot(_stopping);
        }

        if (!isBehind && _replay.IsAsked)
        {
            StoreSnapshot(_stopping);
            _state = _replay.Run(_state, _stopping);
        }
    }

    private CountBatch Fold(ClickRecords records, long end, out int read)
    {
        var fold = new ClickFold(_classifier, _visitors, _state.Logs, LogsBegin);
        var since = _parts.Clock.GetTimestamp();
        read = 0;
        while (HasRoom(fold.Batch) && records.Next < end && Gathering - _parts.Clock.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
        {
            if (records.Read(left) is { } record)
            {
                read++;
                record.AddTo(fold);
            }
        }

        return fold.Batch;
    }

    private static bool HasRoom(CountBatch batch) =>
        batch.Hours.Count < RedisCounts.EnoughHours && batch.QuarantinedBytes < PendingSnapshot.MostQuarantinedBytes;

    private void Take(CountBatch batch, long next, bool toRedis)
    {
        var after = _state.Position with { Offset = next };
        if (toRedis)
        {
            // :: 5
            var began = _parts.Clock.GetTimestamp();
            Commit(batch, after);
            _parts.Metrics.Stored(batch, _parts.Clock.GetElapsedTime(began));
        }

        _pending.Add(batch);
        batch.Quarantine.ForEach(_parts.Metrics.Quarantined);
        _state = _state.After(after, batch);
    }

    private void Commit(CountBatch batch, PartitionPosition after)
    {
        _parts.Counts.Commit(batch, new PartitionStep(_lease.Partition, _lease.Fence, _state.Position, after));
        _lastCommit = _parts.Clock.GetTimestamp();
    }

    // Both stores have counted the same records. If they do not say the same of them, what the snapshot says holds.
    private void Meet(PartitionState ahead)
    {
        if (!_state.HasSameLogs(ahead))
        {
            StoreSnapshot(_stopping);
            PartitionStart.Rebuild(_lease, _parts, PartitionStart.Disagreement, _stopping);
        }
    }

    private void StoreSnapshot(CancellationToken stopping)
    {
        _pending.Store(_state.Position, stopping);

        // Only now: a day that was let go is loaded again from the snapshot, which must have all that was judged.
        _visitors.Trim();
    }
}
