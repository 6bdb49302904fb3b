using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Codes;

internal static class CodesExtensions
{
    public static IServiceCollection AddCodes(this IServiceCollection services)
    {
        services.AddSingleton<DiscountCodeStore>();
        services.AddSingleton<GuessThrottle>();
        services.AddSingleton<QrTurns>();
        services.AddSingleton<IStatsSection, CodeStats>();
        return services;
    }

    public static void MapCodes(this IEndpointRouteBuilder routes)
    {
        DiscountCodesApi.Map(routes, routes.ServiceProvider);
        ShareLinksApi.Map(routes, routes.ServiceProvider);
        CodeCheckApi.Map(routes, routes.ServiceProvider);
    }

    /// <summary>What needs no key.</summary>
    public static void MapOpenCodes(this IEndpointRouteBuilder routes) => QrApi.Map(routes);
}
