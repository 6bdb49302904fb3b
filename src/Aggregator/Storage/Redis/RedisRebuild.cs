using System.Security.Cryptography;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>
/// Makes the content of a partition anew, from sums that are kept elsewhere: when Redis lost it, has an older one, or never had any.
/// <code>
///   1  begin    a new generation; from here on readers are told to come back, never a wrong number
///   2  sweep    keys of former generations go: nobody reads them any more, and there may be no memory for both
///   3  add      portions of the sums, each a step from one place to the next, so a late one from elsewhere is refused
///   4  finish   position and logs, and readers may come in
/// </code>
/// Whatever interrupts it, the partition stays shut, reads as not stored, and the next one begins from nothing.
/// </summary>
internal sealed class RedisRebuild(RedisConnection redis, RedisCounts counts, ILogger<RedisRebuild> logger)
{
    /// <summary>Hours in a portion.</summary>
    internal const int Portion = 2_000;

    /// <param name="fence">As in <see cref="PartitionStep"/>.</param>
    /// <param name="state">Where the sums are at; null: nothing was counted yet, and a first batch may follow.</param>
    /// <param name="hours">Every hour, of links and of all together.</param>
    /// <param name="newest">Unix milliseconds of each link's newest valid click.</param>
    /// <exception cref="PositionMovedException">A later holder of the partition has been here.</exception>
    /// <exception cref="CountsException">Redis does not answer: rebuild once more.</exception>
    /// <exception cref="OperationCanceledException">Between two portions.</exception>
    public void Run(
        int partition,
        long fence,
        PartitionState? state,
        IEnumerable<KeyValuePair<CountKey, ClickTally>> hours,
        IEnumerable<KeyValuePair<long, long>> newest,
        CancellationToken stopping)
    {
        // :: 1
        var place = 0;
        var keys = counts.Begin(partition, fence, NewGeneration(), PlaceOf(place));

        // :: 2
        Log.Swept(logger, partition, new RedisSweep(redis, keys).Run());

        // :: 3
        foreach (var portion in hours.Chunk(Portion))
        {
            stopping.ThrowIfCancellationRequested();
            var deltas = new RedisDeltas();
            foreach (var (key, tally) in portion)
            {
                deltas.Add(key, tally);
            }

            counts.Apply(keys, fence, PlaceOf(place), PlaceOf(++place), letsReadersIn: false, [], deltas);
        }

        foreach (var portion in newest.Chunk(Portion))
        {
            stopping.ThrowIfCancellationRequested();
            var deltas = new RedisDeltas();
            foreach (var (link, at) in portion)
            {
                deltas.AddNewest(link, at);
            }

            counts.Apply(keys, fence, PlaceOf(place), PlaceOf(++place), letsReadersIn: false, [], deltas);
        }

        // :: 4
        var logs = (state?.Logs ?? new Dictionary<LogKey, LogProgress>()).Select(log => (log.Key, (LogProgress?)null, (LogProgress?)log.Value));
        counts.Apply(keys, fence, PlaceOf(place), state is null ? "" : StepText.Write(state.Position), letsReadersIn: true, logs, new RedisDeltas());
        Log.Rebuilt(logger, partition, place);
    }

    private static string PlaceOf(int portion) => $"rebuild {portion}";

    // Never one that was there before: what an interrupted rebuild left behind must not be added to.
    private static string NewGeneration() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 6);
}
