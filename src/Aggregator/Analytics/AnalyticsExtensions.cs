namespace LinkTracker.Aggregator.Analytics;

internal static class AnalyticsExtensions
{
    /// <summary>Needs counting, storage, links and customers.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.AddSingleton<ConversionEnricher>();
        services.AddHostedService(provider => provider.GetRequiredService<ConversionEnricher>());
        return services;
    }

    public static void MapAnalytics(this IEndpointRouteBuilder routes)
    {
        AnalyticsApi.Map(routes, routes.ServiceProvider);
        EventsApi.Map(routes, routes.ServiceProvider);
    }
}
