using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>Drops a partition's keys of every generation but one, while that one is the present.</summary>
internal sealed class RedisSweep(RedisConnection redis, RedisKeys present)
{
    private const int PageSize = 500;

    /// <returns>Keys that are gone.</returns>
    /// <exception cref="CountsException">Redis does not answer; what is left is dropped by the next sweep.</exception>
    public long Run()
    {
        var gone = 0L;
        try
        {
            foreach (var master in redis.Masters())
            {
                var page = new List<RedisKey>();
                foreach (var key in master.Keys(pattern: RedisKeys.Tag(present.Partition) + "*", pageSize: PageSize))
                {
                    if (!present.Owns(key!))
                    {
                        page.Add(key);
                    }

                    if (page.Count == PageSize)
                    {
                        gone += Drop(page);
                        page.Clear();
                    }
                }

                gone += Drop(page);
            }
        }
        catch (Exception exception) when (RedisConnection.IsOfRedis(exception))
        {
            throw new CountsException("Redis did not answer while former counts were dropped.", exception);
        }

        return gone;
    }

    // The script looks whether this generation is still the present one: another may have begun meanwhile.
    private long Drop(List<RedisKey> page) =>
        page.Count == 0 ? 0 : Math.Max(0, (long)redis.Run(RedisScripts.Sweep, [present.State, .. page], present.Generation));
}
