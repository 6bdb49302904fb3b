namespace LinkTracker.Aggregator.Partners;

internal static class PartnersExtensions
{
    public static IServiceCollection AddPartners(this IServiceCollection services)
    {
        services.AddSingleton<PartnerStore>();
        services.AddSingleton<PartnerPresenter>();
        services.AddSingleton<PartnerStanding>();
        return services;
    }

    public static void MapPartners(this IEndpointRouteBuilder routes)
    {
        PartnersApi.Map(routes, routes.ServiceProvider);
        StandingApi.Map(routes, routes.ServiceProvider);
    }
}
