namespace LinkTracker.Aggregator.Attribution;

internal static class AttributionExtensions
{
    public static IServiceCollection AddAttribution(this IServiceCollection services)
    {
        services.AddSingleton<UnmetRules>();
        services.AddSingleton<Explainer>();
        services.AddSingleton<Simulator>();
        return services;
    }

    public static void MapAttribution(this IEndpointRouteBuilder routes) => AttributionApi.Map(routes, routes.ServiceProvider);
}
