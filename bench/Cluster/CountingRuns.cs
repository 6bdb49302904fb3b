using LinkTracker.Aggregator.Storage.Redis;

namespace LinkTracker.Cluster;

/// <summary>
/// Ways to consume the same slices, in turn, round after round: read only, count as the product does, count by single commands. Once with
/// links that are clicked alike, and once with a few that have most of the clicks.
/// </summary>
internal sealed class CountingRuns(Options options, DirectoryInfo results)
{
    private static readonly Table<Sample> Table = new(
        "consumer",
        [
            new("clicks/s", "N0", sample => sample.PerSecond),
            new("CPU µs/click", "0.00", sample => sample.CpuMicroseconds),
            new("Redis CPU µs/click", "0.00", sample => sample.RedisMicroseconds),
        ],
        [
            new("of bare", sample => sample.PerSecond, BareReading.Name),
            new("of a command per click", sample => sample.PerSecond, CommandPerClick.Name),
            new("of a command per count", sample => sample.PerSecond, CommandPerCount.Name),
        ]);

    public async Task RunAsync()
    {
        await CompareAsync("uniform", isSkewed: false);
        await CompareAsync("zipf", isSkewed: true);
    }

    private async Task CompareAsync(string series, bool isSkewed)
    {
        await using var broker = await KafkaBroker.StartAsync();
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        await using var postgres = await PostgresServer.StartAsync();
        var topic = await ClickTopic.FillAsync(broker, new ClickMix(options.Clicks, options.Links, isSkewed));

        // Code and servers are warm for those that count.
        await RoundAsync(topic, redis, postgres, NewComparison(series));
        var comparison = NewComparison(series);
        for (var round = 0; round < options.Rounds; round++)
        {
            await RoundAsync(topic, redis, postgres, comparison);
        }

        Console.WriteLine(Table.Write(comparison));
        comparison.Save(results, $"counting-{series}");
    }

    private SideBySide<Sample> NewComparison(string series) =>
        new($"Counting {options.Clicks:N0} clicks on {options.Links:N0} links, {series}", BareReading.Name);

    private async Task RoundAsync(ClickTopic topic, RedisServer redis, PostgresServer postgres, SideBySide<Sample> comparison)
    {
        comparison.Add(BareReading.Name, await BareReading.MeasureAsync(topic, options.Clicks));

        await redis.AskAsync("flushall");
        var (hot, stored) = await PartitionCounting.MeasureAsync(topic, redis.Configuration, await postgres.CreateDatabaseAsync(), options.Clicks);
        comparison.Add(PartitionCounting.HotName, hot);
        comparison.Add(PartitionCounting.StoredName, stored);

        using var connection = RedisConnection.Open(redis.Configuration);
        await redis.AskAsync("flushall");
        comparison.Add(CommandPerClick.Name, await CommandPerClick.MeasureAsync(topic, connection, options.Clicks));

        await redis.AskAsync("flushall");
        comparison.Add(CommandPerCount.Name, await CommandPerCount.MeasureAsync(topic, connection, options.Clicks));
    }
}
