namespace LinkTracker.Aggregator.Money;

internal static class MoneyExtensions
{
    /// <summary>Needs storage. Rewards follow late rates where a <see cref="DeriveAgain"/> is registered.</summary>
    public static IServiceCollection AddMoney(this IServiceCollection services)
    {
        services.AddSingleton<ExchangeRateStore>();
        services.AddSingleton<RateFill>();
        return services;
    }

    public static void MapMoney(this IEndpointRouteBuilder routes) => ExchangeRatesApi.Map(routes, routes.ServiceProvider);
}
