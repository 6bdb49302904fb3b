using LinkTracker.Contracts.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Storage.Redis;

internal static class RedisExtensions
{
    /// <summary>The counts that reports are read from, where the settings say that Redis is.</summary>
    public static IServiceCollection AddRedisCounts(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(_ => RedisConnection.Open(settings.RedisConfiguration!));
        services.AddSingleton<RedisCounts>();
        services.AddSingleton<RedisRebuild>();
        services.AddSingleton(provider => new RedisRollups(
            provider.GetRequiredService<RedisConnection>(), settings.KafkaPartitions, link => LinkPartition.Of(link, settings.KafkaPartitions)));
        return services;
    }
}
