using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Storage;

internal static class StorageExtensions
{
    public static IServiceCollection AddStorage(this IServiceCollection services, Settings settings)
    {
        services.TryAddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => Database.Open(Path.Combine(Directory.CreateDirectory(settings.Data).FullName, "linktracker.db")));
        services.AddSingleton<EntityId>();
        services.AddSingleton(provider => Installation.Open(provider.GetRequiredService<Database>(), provider.GetRequiredService<EntityId>()));
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: [HealthApi.ReadyTag]);
        return services;
    }

    private sealed class DatabaseCheck(Database database) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(database.Read(session => session.First<long>("SELECT COUNT(*) FROM installation")) > 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("linktracker.db is empty"));
    }
}
