using System.Data.Common;
using LinkTracker.ServiceDefaults;
using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

internal static class PostgresExtensions
{
    /// <summary>The snapshot of the counts and the single clicks, where the settings say that PostgreSQL is.</summary>
    public static IServiceCollection AddPostgresCounts(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(_ => CountsSource.Open(settings.PostgresConnection!, PostgresConnections.Counts));
        services.AddSingleton<DbDataSource>(provider => provider.GetRequiredService<NpgsqlDataSource>());
        services.AddSingleton<PostgresCounts>();
        services.AddSingleton<PostgresClicks>();
        services.AddSingleton(provider => new PostgresLinkClicks(provider.GetRequiredService<NpgsqlDataSource>(), settings.KafkaPartitions));
        return services;
    }
}
