using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>A part of a report that takes several requests, each made when the one before it is answered.</summary>
internal abstract class RedisRead
{
    // Bounds what is on its way at once: each answer has some ten thousand fields at most, one large hash aside.
    private const int AtOnce = 16;

    /// <summary>Sends the next request.</summary>
    public abstract Task<RedisResult> AskAsync(IDatabase database);

    /// <summary>Takes its answer. Returns whether that was the last.</summary>
    /// <exception cref="CountsException">The partition has no content that may be read.</exception>
    public abstract bool Take(RedisResult answer);

    /// <summary>Runs reads beside each other to their ends.</summary>
    /// <exception cref="CountsException">Redis does not answer, or what it has cannot be read.</exception>
    public static void Run(RedisConnection redis, IEnumerable<RedisRead> reads)
    {
        foreach (var some in reads.Chunk(AtOnce))
        {
            var open = some;
            while (open.Length > 0)
            {
                var answers = redis.RunAll(open.Select(read => (Func<IDatabase, Task<RedisResult>>)read.AskAsync));
                open = [.. open.Zip(answers).Where(pair => !Take(pair.First, pair.Second)).Select(pair => pair.First)];
            }
        }
    }

    private static bool Take(RedisRead read, RedisResult answer)
    {
        try
        {
            return read.Take(answer);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or InvalidCastException)
        {
            throw new CountsException("Counts in Redis cannot be read, or do not fit 63 bits together.", exception, isDamage: true);
        }
    }
}
