using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting;

internal static class CountingExtensions
{
    /// <summary>
    /// Adds everything that counts clicks. Needs an <see cref="Contracts.Clicks.IClickSource"/>, <see cref="Settings"/> and a
    /// <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddCounting(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var data = Path.GetFullPath(provider.GetRequiredService<Settings>().Data);
            Directory.CreateDirectory(data);
            return SqliteClickCounts.Open(
                Path.Combine(data, "counts.db"), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SqliteClickCounts>>());
        });
        services.AddSingleton<IClickCounts>(provider => provider.GetRequiredService<SqliteClickCounts>());
        services.AddSingleton<Links.ReadLinkClicks>(provider => provider.GetRequiredService<IClickCounts>().ClicksOf);
        services.AddSingleton(_ => BotRules.Embedded);
        services.AddSingleton<CountingMetrics>();
        services.AddSingleton<IStatsSection>(provider => provider.GetRequiredService<CountingMetrics>());
        services.AddSingleton<CountingHealth>();
        services.AddHealthChecks().AddCheck<CountingHealth>("counting");
        services.AddSingleton<QuarantineReplay>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ClickCounter>(
            provider, new ClickClassifier(provider.GetRequiredService<BotRules>())));
        services.AddHostedService<ClickForgetting>();
        return services;
    }

    public static void MapCounting(this IEndpointRouteBuilder routes) => QuarantineApi.Map(routes, routes.ServiceProvider);
}
