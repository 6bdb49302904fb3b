using LinkTracker.Contracts.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Storage.Redis;

internal static class RedisExtensions
{
    /// <summary>
    /// Adds the sums of the cluster: <see cref="RedisCounts"/> and <see cref="RedisRebuild"/> to write, <see cref="RedisRollups"/> to read.
    /// The connection is made when the first of them is asked for; a server that may not hold counts then stops the start.
    /// </summary>
    public static IServiceCollection AddRedis(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(_ => RedisConnection.Open(settings.RedisConfiguration!));
        services.AddSingleton<RedisCheck>();
        services.AddSingleton(provider =>
        {
            provider.GetRequiredService<RedisCheck>().RefuseUnfit();
            return new RedisCounts(provider.GetRequiredService<RedisConnection>());
        });
        services.AddSingleton<RedisRebuild>();
        services.AddSingleton(provider => new RedisRollups(
            provider.GetRequiredService<RedisConnection>(), settings.KafkaPartitions, link => LinkPartition.Of(link, settings.KafkaPartitions)));
        services.AddHealthChecks().AddCheck<RedisCheck>("redis");
        return services;
    }
}
