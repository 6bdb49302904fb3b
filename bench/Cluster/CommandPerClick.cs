using System.Globalization;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Contracts.Clicks;
using StackExchange.Redis;

namespace LinkTracker.Cluster;

/// <summary>
/// Counting as it is often done: for each click one command that adds 1 to its link. Commands are sent without waiting for the ones before,
/// a slice ahead of the answers. It knows no positions, so a restart counts wrongly, and it tells nothing but the number of clicks.
/// </summary>
internal static class CommandPerClick
{
    public const string Name = "one Redis command per click";

    public static async Task<Sample> MeasureAsync(ClickTopic topic, RedisConnection redis, int clicks)
    {
        var meter = Meter.Start(redis);
        var last = new Task[ClickTopic.Partitions];
        Array.Fill(last, Task.CompletedTask);
        await topic.ReadAsync(partition =>
        {
            var key = KeyOf(partition);
            return slice =>
            {
                var sent = redis.Run(database => Send(database, key, slice));
                last[partition].GetAwaiter().GetResult();
                last[partition] = sent;
            };
        });
        await Task.WhenAll(last);
        var sample = meter.Read(clicks);
        var counted = Enumerable.Range(0, ClickTopic.Partitions).Sum(partition => redis.Run(database => database.HashValues(KeyOf(partition)).Sum(value => (long)value)));
        Demand.Holds(counted == clicks, $"{counted} of {clicks} clicks were counted");
        return sample;
    }

    // Answers come in the order of the commands, so the last one's is all that need be waited for.
    private static Task Send(IDatabase database, RedisKey key, ClickSlice slice)
    {
        var (sent, last) = (0, Task.CompletedTask);
        foreach (var entry in slice)
        {
            var link = ClickCodec.TryRead(entry.Click, out var click) ? click.Token.LinkId : 0;
            last = database.HashIncrementAsync(key, link, flags: ++sent < slice.Count ? CommandFlags.FireAndForget : CommandFlags.None);
        }

        return last;
    }

    private static RedisKey KeyOf(int partition) => string.Create(CultureInfo.InvariantCulture, $"clicks:{partition}");
}
