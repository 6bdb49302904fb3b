using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Webhooks;

internal static class WebhooksExtensions
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookOutbox>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<WebhookSender>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookSender>());
        services.AddHealthChecks().AddCheck<WebhookSender>("webhook_sender").AddCheck<WebhookHealth>("webhooks");
        services.AddSingleton<IStatsSection, WebhookMetrics>();
        return services;
    }

    public static void MapWebhooks(this IEndpointRouteBuilder routes) => WebhooksApi.Map(routes, routes.ServiceProvider);
}
