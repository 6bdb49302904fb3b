using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>Finds the content of partitions that readers may see.</summary>
internal static class RedisGenerations
{
    /// <exception cref="CountsException">One of them has none now, or Redis does not answer.</exception>
    public static RedisKeys[] Of(RedisConnection redis, IReadOnlyList<int> partitions)
    {
        var states = redis.RunAll(partitions.Select(partition => (Func<IDatabase, Task<RedisValue[]>>)(database =>
            database.HashGetAsync(RedisKeys.StateOf(partition), ["generation", "open"], CommandFlags.DemandMaster))));
        return [.. partitions.Zip(states, (partition, state) =>
            state[0].IsNull || state[1].IsNull ? throw BeingMade(partition) : new RedisKeys(partition, state[0]!))];
    }

    public static CountsException BeingMade(int partition) =>
        new($"The counts of partition {partition} are being made: try again in some seconds.");
}
