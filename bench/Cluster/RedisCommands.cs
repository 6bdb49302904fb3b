using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Contracts.Clicks;
using StackExchange.Redis;

namespace LinkTracker.Cluster;

/// <summary>Sends what counts one click, and returns the answer of the last command.</summary>
internal delegate Task SendClick(IDatabase database, in ClickRecord click, CommandFlags flags);

/// <summary>
/// Counting as it is often done, by commands that each add 1 to something. They are sent without waiting for the ones before, a slice ahead of
/// the answers. Nobody knows then how far it got, so a restart counts wrongly, and the same visitor counts as often as he comes.
/// </summary>
internal static class RedisCommands
{
    /// <param name="beginPartition">Makes for each partition what is done with its clicks.</param>
    public static async Task<Sample> MeasureAsync(ClickTopic topic, RedisConnection redis, int clicks, Func<int, SendClick> beginPartition)
    {
        var meter = Meter.Start(redis);
        var last = new Task[ClickTopic.Partitions];
        Array.Fill(last, Task.CompletedTask);
        await topic.ReadAsync(partition =>
        {
            var send = beginPartition(partition);
            return slice =>
            {
                var sent = redis.Run(database => Send(database, slice, send));
                last[partition].GetAwaiter().GetResult();
                last[partition] = sent;
            };
        });
        await Task.WhenAll(last);
        return meter.Read(clicks);
    }

    // Answers come in the order of the commands, so the last one's is all that need be waited for.
    private static Task Send(IDatabase database, ClickSlice slice, SendClick send)
    {
        var (sent, last) = (0, Task.CompletedTask);
        foreach (var entry in slice)
        {
            Demand.Holds(ClickCodec.TryRead(entry.Click, out var click), "a click cannot be read");
            last = send(database, click, ++sent < slice.Count ? CommandFlags.FireAndForget : CommandFlags.None);
        }

        return last;
    }
}
