using System.Collections.Concurrent;
using System.Globalization;
using LinkTracker.Aggregator.Counting;
using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>
/// The counts that reports are read from. A batch and its position are one script, so they are stored together, lost together when Redis
/// loses its last second, and never counted twice.
/// </summary>
/// <remarks>Safe for many threads at once, of which one at a time works on a partition.</remarks>
internal sealed class RedisCounts(RedisConnection redis) : IPartitionCounts
{
    /// <summary>
    /// Hours in a batch (<see cref="CountBatch.Hours"/>) from which on it should be stored rather than grow: Redis does nothing else
    /// while a script runs, and this many, with as many days, take it five to ten milliseconds.
    /// </summary>
    public const int EnoughHours = 2_000;

    private const string Nowhere = "";

    private readonly ConcurrentDictionary<int, string> _generations = [];

    /// <inheritdoc/>
    /// <remarks>Null also while the content is being made: see <see cref="RedisRebuild"/>.</remarks>
    public PartitionState? Read(int partition)
    {
        var state = redis.Run(database => database.HashGet(
            RedisKeys.StateOf(partition), ["generation", "open", "position"], CommandFlags.DemandMaster));
        if (state[0].IsNull || state[1].IsNull || state[2] == Nowhere)
        {
            return null;
        }

        var keys = new RedisKeys(partition, state[0]!);
        _generations[partition] = keys.Generation;
        var logs = redis.Run(database => database.HashGetAll(keys.Logs, CommandFlags.DemandMaster));
        return new PartitionState(
            StepText.ReadPosition(state[2]!), logs.ToDictionary(log => RedisKeys.LogOf(partition, log.Name!), log => StepText.ReadProgress(log.Value!)));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A batch that was stored already is not stored again: so the same call may be repeated when its answer was lost. Of the batch, sums,
    /// newest clicks and positions are kept here. A <see cref="CountsException"/> that tells of damage calls for a <see cref="RedisRebuild"/>.
    /// </remarks>
    public void Commit(CountBatch batch, PartitionStep step)
    {
        var deltas = new RedisDeltas();
        foreach (var (key, tally) in batch.Hours)
        {
            deltas.Add(key, tally);
        }

        foreach (var (link, at) in batch.LastClicks)
        {
            deltas.AddNewest(link, at);
        }

        var logs = batch.Progress.Select(log => (log.Key, log.Value.Before, (LogProgress?)log.Value.After));
        var before = step.Before is { } position ? StepText.Write(position) : Nowhere;
        Apply(GenerationOf(step.Partition), step.Fence, before, StepText.Write(step.After), letsReadersIn: false, logs, deltas);
    }

    /// <summary>Gives a partition nothing, under a new generation, and takes what it had away from readers.</summary>
    internal RedisKeys Begin(int partition, long fence, string generation, string position)
    {
        var keys = new RedisKeys(partition, generation);
        var answer = redis.Run(RedisScripts.Begin, [keys.State], fence, generation, position);
        ThrowIfMoved(answer, keys, fence, position);
        _generations[partition] = generation;
        return keys;
    }

    /// <summary>Adds deltas, if what is stored is still at the position they were made for.</summary>
    internal void Apply(
        in RedisKeys names,
        long fence,
        string before,
        string after,
        bool letsReadersIn,
        IEnumerable<(LogKey Log, LogProgress? Before, LogProgress? After)> logs,
        RedisDeltas deltas)
    {
        var keys = new List<RedisKey> { names.State, names.Logs };
        var arguments = new List<RedisValue> { fence, names.Generation, before, after, letsReadersIn ? "1" : "", 0 };
        var count = 0;
        foreach (var (log, from, to) in logs)
        {
            arguments.AddRange([RedisKeys.FieldOf(log), StepText.Write(from), StepText.Write(to)]);
            count++;
        }

        arguments[5] = count;
        deltas.AppendTo(names, keys, arguments);
        ThrowIfMoved(redis.Run(RedisScripts.Apply, keys, arguments), names, fence, before);
    }

    private RedisKeys GenerationOf(int partition)
    {
        var generation = _generations.GetOrAdd(partition, static (number, redis) =>
            (string?)redis.Run(database => database.HashGet(RedisKeys.StateOf(number), "generation", CommandFlags.DemandMaster)) ?? "", redis);
        return new RedisKeys(partition, generation);
    }

    private void ThrowIfMoved(RedisResult answer, in RedisKeys keys, long fence, string position)
    {
        if (answer.Resp2Type != ResultType.Array)
        {
            return;
        }

        _generations.TryRemove(keys.Partition, out _);
        var stored = (string?[])answer!;
        throw new PositionMovedException(
            $"Partition {keys.Partition} is stored at '{stored[2]}' of generation '{stored[1]}' under fence '{stored[0]}'; a step from '{position}' of '{keys.Generation}' under fence '{fence}' does not fit that, or a log of it has moved.",
            long.TryParse(stored[0], NumberStyles.None, CultureInfo.InvariantCulture, out var other) ? other : 0);
    }
}
