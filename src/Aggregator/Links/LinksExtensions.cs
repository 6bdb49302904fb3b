using LinkTracker.Contracts.Links;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LinkTracker.Aggregator.Links;

internal static class LinksExtensions
{
    public static IServiceCollection AddLinks(this IServiceCollection services)
    {
        services.AddSingleton<LinkRules>();
        services.AddSingleton<LinkSignal>();
        services.AddSingleton<LinkStore>();
        services.AddSingleton<LinkPresenter>();
        services.AddSingleton<ILinkSource, DatabaseLinkSource>();
        services.AddSingleton<IStatsSection, LinkMetrics>();

        // Until counting registers its own, which knows them.
        services.TryAddSingleton<ReadLinkClicks>(_ => new Dictionary<long, LinkClicks>());
        return services;
    }

    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        LinksApi.Map(routes, routes.ServiceProvider);
        BulkLinksApi.Map(routes, routes.ServiceProvider);
    }
}
