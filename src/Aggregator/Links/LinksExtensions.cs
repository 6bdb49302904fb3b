using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LinkTracker.Aggregator.Links;

internal static class LinksExtensions
{
    // A change is seen by Edges within a second, the way through Kafka included.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static IServiceCollection AddLinks(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<LinkRules>();
        services.AddSingleton<LinkSignal>();
        services.AddSingleton<LinkStore>();
        services.AddSingleton<LinkPresenter>();
        services.AddSingleton(provider => new DatabaseLinkSource(
            provider.GetRequiredService<Database>(), provider.GetRequiredService<LinkSignal>(), provider.GetRequiredService<Installation>(),
            provider.GetRequiredService<TimeProvider>(), settings.KafkaBootstrapServers is null ? null : Poll));
        services.AddSingleton<ILinkSource>(provider => provider.GetRequiredService<DatabaseLinkSource>());
        services.AddSingleton<IStatsSection, LinkMetrics>();
        if (settings.KafkaBootstrapServers is not null)
        {
            services.AddPublisher();
        }

        // Until counting registers its own, which knows them.
        services.TryAddSingleton<ReadLinkClicks>(_ => new Dictionary<long, LinkClicks>());
        return services;
    }

    private static void AddPublisher(this IServiceCollection services)
    {
        services.AddSingleton<LinkPublisher>();
        services.AddHostedService(provider => provider.GetRequiredService<LinkPublisher>());
        services.AddHealthChecks().AddCheck<LinkPublisher>("links_topic");
        services.AddSingleton<IStatsSection, PublishingMetrics>();
    }

    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        LinksApi.Map(routes, routes.ServiceProvider);
        BulkLinksApi.Map(routes, routes.ServiceProvider);
    }
}
