using System.Data.Common;
using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting;

internal static class CountingExtensions
{
    /// <summary>
    /// Adds everything that counts clicks: those of this process's own log into a file, or, when the settings name a Redis, those of every
    /// Edge into Redis and PostgreSQL.
    /// </summary>
    /// <remarks>Needs a <see cref="TimeProvider"/> and an <see cref="Contracts.Clicks.IClickSource"/> or, with Redis, a <see cref="KafkaConnection"/>.</remarks>
    public static IServiceCollection AddCounting(this IServiceCollection services, Settings settings)
    {
        _ = settings.RedisConfiguration is null ? services.AddEmbedded() : services.AddCluster(settings);
        services.AddSingleton<Links.ReadLinkClicks>(provider => provider.GetRequiredService<IClickCounts>().ClicksOf);
        services.AddSingleton(_ => BotRules.Embedded);
        services.AddSingleton<CountingMetrics>();
        services.AddSingleton<IStatsSection>(provider => provider.GetRequiredService<CountingMetrics>());
        services.AddSingleton<CountingHealth>();
        services.AddHealthChecks().AddCheck<CountingHealth>("counting");
        services.AddHostedService<ClickForgetting>();
        return services;
    }

    public static void MapCounting(this IEndpointRouteBuilder routes) => QuarantineApi.Map(routes, routes.ServiceProvider);

    private static IServiceCollection AddEmbedded(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var data = Path.GetFullPath(provider.GetRequiredService<Settings>().Data);
            Directory.CreateDirectory(data);
            return SqliteClickCounts.Open(
                Path.Combine(data, "counts.db"), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SqliteClickCounts>>());
        });
        services.AddSingleton<IClickCounts>(provider => provider.GetRequiredService<SqliteClickCounts>());
        services.AddSingleton<QuarantineReplay>();
        services.AddSingleton<IQuarantineReplay>(provider => provider.GetRequiredService<QuarantineReplay>());
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ClickCounter>(
            provider, new ClickClassifier(provider.GetRequiredService<BotRules>())));
        return services;
    }

    private static IServiceCollection AddCluster(this IServiceCollection services, Settings settings)
    {
        services.AddRedis(settings);
        services.AddPostgresCounts(settings);
        services.AddSingleton<IClickCounts, ClusterClickCounts>();
        services.AddSingleton(provider => new PartitionLeases(
            provider.GetRequiredService<DbDataSource>(), settings.KafkaPartitions, PartitionLeases.DefaultTerm));
        services.AddSingleton(provider => new ReplayOrders(
            provider.GetRequiredService<DbDataSource>(), settings.KafkaPartitions, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IQuarantineReplay>(provider => provider.GetRequiredService<ReplayOrders>());
        services.AddSingleton<PartitionMetrics>();
        services.AddSingleton<IStatsSection>(provider => provider.GetRequiredService<PartitionMetrics>());
        services.AddSingleton<PartitionParts>();
        services.AddSingleton<ClicksTopicCheck>();
        services.AddHostedService<CountingPartitions>();
        return services;
    }
}
