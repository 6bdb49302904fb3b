using LinkTracker.Aggregator.Events;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Counts what this partition has in quarantine and this version can read, when somebody has asked for it. Both stores must be at the
/// same position; each entry leaves the quarantine in the transaction that counts it.
/// </summary>
/// <param name="events">Where clicks are published before they are stored; null: nowhere.</param>
internal sealed class PartitionReplay(
    PartitionLease lease, PartitionParts parts, ClickEventPublisher? events, ClickClassifier classifier, VisitorDays visitors)
{
    // Of records, each may have a megabyte.
    private const int EntriesAtOnce = 50;

    private long _done = parts.Replays.DoneBy(lease.Partition);

    public bool IsAsked => parts.Replays.Newest > _done;

    /// <returns>What is stored then.</returns>
    public PartitionState Run(PartitionState state, CancellationToken stopping)
    {
        var order = parts.Replays.Newest;
        var (replayed, kept, last) = (0L, 0L, 0L);
        for (var some = parts.Clicks.Replayable(lease.Partition, last, EntriesAtOnce); some.Count > 0; some = parts.Clicks.Replayable(lease.Partition, last, EntriesAtOnce))
        {
            var left = some.Select(entry => entry.Id).ToHashSet();
            foreach (var batch in Batches(some, () => state))
            {
                var step = new PartitionStep(lease.Partition, lease.Fence, state.Position, state.Position);
                parts.Counts.Commit(batch, step);
                events?.PublishAsync(batch.Parts, stopping).GetAwaiter().GetResult();
                parts.Snapshot.Commit(batch, step);
                visitors.Trim();
                state = state.After(state.Position, batch);
                replayed += batch.Progress.Values.Sum(log => log.After.Applied - (log.Before?.Applied ?? 0));

                // Holes that closed with it are no entries that were tried.
                left.ExceptWith(batch.Replayed);
            }

            kept += left.Count;
            last = some[^1].Id;
        }

        parts.Replays.Answer(lease.Partition, order, new ReplayAnswer(replayed, kept));
        _done = order;
        return state;
    }

    // Clicks of the logs in the order in which they would have been counted; each record by itself, because it closes holes.
    private IEnumerable<CountBatch> Batches(IReadOnlyList<QuarantineEntry> entries, Func<PartitionState> state)
    {
        var clicks = new ClickFold(classifier, visitors, state().Logs, PartitionCounter.LogsBegin);
        foreach (var entry in entries.Where(entry => entry.Range.Kind == QuarantineKind.Click)
            .OrderBy(entry => entry.Range.Log.Edge).ThenBy(entry => entry.Range.Log.Epoch).ThenBy(entry => entry.Range.From))
        {
            clicks.Replay(entry);
        }

        if (clicks.Batch.Replayed.Count > 0)
        {
            yield return clicks.Batch;
        }

        foreach (var entry in entries.Where(entry => entry.Range.Kind == QuarantineKind.Record))
        {
            if (SliceCodec.TryRead(entry.Range.Bytes, lease.Partition, out var slice, out _))
            {
                var fold = new ClickFold(classifier, visitors, state().Logs, PartitionCounter.LogsBegin);
                fold.Replay(entry, slice, parts.Clicks.Holes(LogKey.Of(slice)));
                yield return fold.Batch;
            }
        }
    }
}
