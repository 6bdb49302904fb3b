using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Cluster;

/// <summary>Counting as an Aggregator does it that holds every partition, from empty stores to the end of the topic.</summary>
internal static class PartitionCounting
{
    public const string HotName = "counting, until reports have all";
    public const string StoredName = "counting, until the snapshot has all";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <param name="database">PostgreSQL's connection string; it is empty, as Redis is.</param>
    /// <returns>Until Redis has everything; and then, asked to stop, PostgreSQL too.</returns>
    public static async Task<(Sample Hot, Sample Stored)> MeasureAsync(ClickTopic topic, string redisConfiguration, string database, int clicks)
    {
        Database.Open(new PostgresEngine(database)).Dispose();
        await using var services = ServicesOf(new Settings
        {
            KafkaBootstrapServers = topic.Servers,
            KafkaPartitions = ClickTopic.Partitions,
            RedisConfiguration = redisConfiguration,
            PostgresConnection = database,
        });
        var parts = services.GetRequiredService<PartitionParts>();
        var health = services.GetRequiredService<CountingHealth>();

        // Of its own: what the counters know of Redis is not to be touched by looking on.
        using var redis = RedisConnection.Open(redisConfiguration);
        var counts = new RedisCounts(redis);
        var meter = Meter.Start(redis);
        var workers = Enumerable.Range(0, ClickTopic.Partitions).Select(partition => PartitionWorker.Start(new PartitionLease(partition, Fence: 1), parts, health)).ToList();
        try
        {
            await Eventually.HoldsAsync("every click is counted", Limit, () => Task.FromResult(IsAtEnd(topic, counts)));
            var hot = meter.Read(clicks);
            await Task.WhenAll(workers.Select(worker => worker.StopAsync()));
            var stored = meter.Read(clicks);
            DemandAll(counts, clicks);
            DemandAll(parts.Snapshot, clicks);
            return (hot, stored);
        }
        finally
        {
            await Task.WhenAll(workers.Select(worker => worker.StopAsync()));
            workers.ForEach(worker => worker.Dispose());
        }
    }

    private static ServiceProvider ServicesOf(Settings settings) => new ServiceCollection()
        .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error).AddConsole())
        .AddMetrics()
        .AddSingleton(settings)
        .AddSingleton(TimeProvider.System)
        .AddKafka(settings.KafkaBootstrapServers!)
        .AddCounting(settings)
        .BuildServiceProvider();

    private static bool IsAtEnd(ClickTopic topic, RedisCounts counts) =>
        Enumerable.Range(0, ClickTopic.Partitions).All(partition => counts.Read(partition)?.Position.Offset == topic.Ends[partition]);

    private static void DemandAll(IPartitionCounts store, int clicks)
    {
        var applied = Enumerable.Range(0, ClickTopic.Partitions).Sum(partition => store.Read(partition)?.Logs.Values.Sum(log => log.Applied) ?? 0);
        Demand.Holds(applied == clicks, $"{applied} of {clicks} clicks are in {store.GetType().Name}");
    }
}
