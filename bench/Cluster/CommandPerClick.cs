using System.Globalization;
using LinkTracker.Aggregator.Storage.Redis;
using StackExchange.Redis;

namespace LinkTracker.Cluster;

/// <summary>One command adds 1 to the click's link, and that is all there is to know of it.</summary>
internal static class CommandPerClick
{
    public const string Name = "one Redis command per click";

    public static async Task<Sample> MeasureAsync(ClickTopic topic, RedisConnection redis, int clicks)
    {
        var sample = await RedisCommands.MeasureAsync(topic, redis, clicks, partition =>
        {
            var key = KeyOf(partition);
            return (database, in click, flags) => database.HashIncrementAsync(key, click.Token.LinkId, flags: flags);
        });
        var counted = Enumerable.Range(0, ClickTopic.Partitions).Sum(partition => redis.Run(database => database.HashValues(KeyOf(partition)).Sum(value => (long)value)));
        Demand.Holds(counted == clicks, $"{counted} of {clicks} clicks were counted");
        return sample;
    }

    private static RedisKey KeyOf(int partition) => string.Create(CultureInfo.InvariantCulture, $"clicks:{partition}");
}
