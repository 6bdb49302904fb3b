namespace LinkTracker.Aggregator.Attribution;

/// <summary>The hashes under which a referrer may have named who has this email address and external id.</summary>
internal delegate IReadOnlyList<string> ContactHashes(string? email, string? externalId);

internal static class AttributionExtensions
{
    public static IServiceCollection AddAttribution(this IServiceCollection services)
    {
        services.AddSingleton<Explainer>();
        services.AddSingleton<Simulator>();
        return services;
    }

    public static void MapAttribution(this IEndpointRouteBuilder routes) => AttributionApi.Map(routes, routes.ServiceProvider);
}
