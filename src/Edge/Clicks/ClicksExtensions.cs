using LinkTracker.Contracts.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Clicks;

internal static class ClicksExtensions
{
    /// <summary>Adds the click log, its figures, its health and the source that reads it.</summary>
    public static IServiceCollection AddClicks(this IServiceCollection services)
    {
        services.AddSingleton<ClickLog>();
        services.AddHostedService(provider =>
        {
            provider.GetRequiredService<ClickMetrics>();
            return provider.GetRequiredService<ClickLog>();
        });
        services.AddSingleton<IClickSource>(provider => provider.GetRequiredService<ClickLog>().Source);
        services.AddSingleton<IStatsSection>(provider => provider.GetRequiredService<ClickLog>().Figures);
        services.AddMetrics();
        services.AddSingleton<ClickMetrics>();
        services.AddHealthChecks().AddCheck<ClickLogHealth>(ClickLogHealth.Name, tags: ["ready"]);
        return services;
    }
}
