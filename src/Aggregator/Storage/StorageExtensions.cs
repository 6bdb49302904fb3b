using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Storage;

internal static class StorageExtensions
{
    /// <summary>The relational store: PostgreSQL when the settings name one, else a file in the data folder.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, Settings settings)
    {
        services.TryAddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => Database.Open(settings.PostgresConnection is { } server
            ? new PostgresEngine(server)
            : new SqliteEngine(Path.Combine(Directory.CreateDirectory(settings.Data).FullName, "linktracker.db"))));
        services.AddSingleton<EntityId>();
        services.AddSingleton(provider => Installation.Open(provider.GetRequiredService<Database>(), provider.GetRequiredService<EntityId>()));
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: [HealthApi.ReadyTag]);
        return services;
    }

    private sealed class DatabaseCheck(Database database) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

        private HealthCheckResult Check()
        {
            try
            {
                return database.Read(session => session.First<long>("SELECT COUNT(*) FROM installation")) > 0
                    ? HealthCheckResult.Healthy()
                    : HealthCheckResult.Unhealthy("the relational store is empty");
            }
            catch (StoreUnavailableException)
            {
                return HealthCheckResult.Unhealthy("the relational store cannot be reached");
            }
        }
    }
}
