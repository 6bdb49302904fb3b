namespace LinkTracker.Aggregator.Money;

internal static class MoneyExtensions
{
    /// <summary>Needs storage and conversions, which rewards follow from.</summary>
    public static IServiceCollection AddMoney(this IServiceCollection services)
    {
        services.AddSingleton<ExchangeRateStore>();
        services.AddSingleton<RateFill>();
        return services;
    }

    public static void MapMoney(this IEndpointRouteBuilder routes) => ExchangeRatesApi.Map(routes, routes.ServiceProvider);
}
