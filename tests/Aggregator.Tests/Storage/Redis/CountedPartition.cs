using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>
/// A partition as its holder counts it: all batches there ever were stand for Kafka, and how many of them the last snapshot has for
/// PostgreSQL.
/// </summary>
internal sealed class CountedPartition(RedisConnection redis, int partition = 0)
{
    private readonly List<CountBatch> _batches = [];
    private int _snapshot;

    public RedisCounts Counts { get; } = new(redis);

    public long Fence { get; private set; } = 1;

    /// <summary>Batches, of which each is one offset.</summary>
    public int Length => _batches.Count;

    /// <summary>The step of a batch by its number.</summary>
    public PartitionStep StepOf(int batch) =>
        new(partition, Fence, batch == 0 ? null : PositionOf(batch), PositionOf(batch + 1));

    /// <summary>Another batch comes in, and is not counted yet.</summary>
    public PartitionStep Append(CountBatch batch)
    {
        _batches.Add(batch);
        return StepOf(_batches.Count - 1);
    }

    public void Count(CountBatch batch) => Counts.Commit(batch, Append(batch));

    /// <summary>What is counted by now goes to the other store too.</summary>
    public void Snapshot() => _snapshot = _batches.Count;

    /// <summary>Begins as a new holder: what Redis lost is made anew from the snapshot, and everything behind it counted again.</summary>
    /// <returns>Whether it was made anew.</returns>
    public bool TakeOver()
    {
        Fence++;
        var stored = new RedisCounts(redis).Read(partition)?.Position;
        var isBehind = stored is null || stored.Value.CompareTo(PositionOf(_snapshot)) < 0;
        if (isBehind)
        {
            RebuildNow();
            stored = PositionOf(_snapshot);
        }

        for (var batch = (int)stored!.Value.Offset; batch < _batches.Count; batch++)
        {
            Counts.Commit(_batches[batch], StepOf(batch));
        }

        return isBehind;
    }

    /// <summary>On a thread of its own, as a counter's is.</summary>
    public Task Rebuild(Func<IEnumerable<KeyValuePair<CountKey, ClickTally>>, IEnumerable<KeyValuePair<CountKey, ClickTally>>>? change = null) =>
        Task.Run(() => RebuildNow(change));

    private void RebuildNow(Func<IEnumerable<KeyValuePair<CountKey, ClickTally>>, IEnumerable<KeyValuePair<CountKey, ClickTally>>>? change = null)
    {
        var hours = new Dictionary<CountKey, ClickTally>();
        var newest = new Dictionary<long, long>();
        var logs = new Dictionary<LogKey, LogProgress>();
        foreach (var batch in _batches.Take(_snapshot))
        {
            foreach (var (key, tally) in batch.Hours)
            {
                var sum = hours.GetValueOrDefault(key);
                sum.Add(tally);
                hours[key] = sum;
            }

            foreach (var (link, at) in batch.LastClicks)
            {
                newest[link] = Math.Max(newest.GetValueOrDefault(link), at);
            }

            foreach (var (log, (_, after)) in batch.Progress)
            {
                logs[log] = after;
            }
        }

        var state = _snapshot == 0 ? null : new PartitionState(PositionOf(_snapshot), logs);
        new RedisRebuild(redis, Counts, NullLogger<RedisRebuild>.Instance).Run(
            partition, Fence, state, change?.Invoke(hours) ?? hours, newest, CancellationToken.None);
    }

    private static PartitionPosition PositionOf(int batches) => new(0, batches);
}
