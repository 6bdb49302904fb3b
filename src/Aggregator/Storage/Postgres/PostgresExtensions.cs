using System.Data.Common;
using LinkTracker.ServiceDefaults;
using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

internal static class PostgresExtensions
{
    /// <summary>The snapshot of the counts, the single clicks and the leases of partitions, where the settings say that PostgreSQL is.</summary>
    public static IServiceCollection AddPostgresCounts(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(_ => CountsSource.Open(settings.PostgresConnection!, PostgresConnections.Counts));
        services.AddSingleton<DbDataSource>(_ => CountsSource.Open(settings.PostgresConnection!, PostgresConnections.Sharing));
        services.AddSingleton<PostgresCounts>();
        services.AddSingleton<PostgresClicks>();
        services.AddSingleton(provider => new PostgresLinkClicks(provider.GetRequiredService<NpgsqlDataSource>(), settings.KafkaPartitions));
        return services;
    }
}
