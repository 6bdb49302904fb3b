namespace LinkTracker.Aggregator.Codes;

internal static class CodesExtensions
{
    public static IServiceCollection AddCodes(this IServiceCollection services)
    {
        services.AddSingleton<DiscountCodeStore>();
        return services;
    }

    public static void MapCodes(this IEndpointRouteBuilder routes) => DiscountCodesApi.Map(routes, routes.ServiceProvider);

    /// <summary>What needs no key.</summary>
    public static void MapOpenCodes(this IEndpointRouteBuilder routes) => QrApi.Map(routes);
}
