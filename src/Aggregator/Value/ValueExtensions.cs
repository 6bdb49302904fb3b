using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Value;

internal static class ValueExtensions
{
    /// <summary>Whether what is kept for lists is what was credited.</summary>
    public static IServiceCollection AddValue(this IServiceCollection services)
    {
        services.AddSingleton(_ => new CreditAudit());
        services.AddSingleton<CreditStats>();
        services.AddSingleton<CreditMetrics>();
        services.AddSingleton<IStatsSection>(provider =>
        {
            provider.GetRequiredService<CreditMetrics>();
            return provider.GetRequiredService<CreditStats>();
        });
        return services;
    }

    /// <summary>Needs storage, counting, programs and partners.</summary>
    public static void MapValue(this IEndpointRouteBuilder routes)
    {
        ReportsApi.Map(routes, routes.ServiceProvider);
        ReferredApi.Map(routes, routes.ServiceProvider);
    }
}
