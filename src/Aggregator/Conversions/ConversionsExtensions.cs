using LinkTracker.Aggregator.Conversions.Lists;
using LinkTracker.Aggregator.Money;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LinkTracker.Aggregator.Conversions;

internal static class ConversionsExtensions
{
    public static IServiceCollection AddConversions(this IServiceCollection services, Settings settings)
    {
        services.TryAddSingleton(_ => InstallationSecret.LoadOrCreate(settings));
        services.AddSingleton<ClickEvidence>();
        services.AddSingleton<RequestHashes>();
        services.AddSingleton<Derivations>();
        services.AddSingleton<DeriveAgain>(provider => (session, customers) => provider.GetRequiredService<Derivations>().Again(session, customers, areTouched: false));
        services.AddSingleton<ConversionIntake>();
        services.AddSingleton<RefundIntake>();
        services.AddSingleton<Intake>();
        services.AddSingleton<IntakeQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<IntakeQueue>());
        services.AddSingleton<ConversionStats>();
        services.AddSingleton<ConversionMetrics>();
        services.AddSingleton<IStatsSection>(provider =>
        {
            provider.GetRequiredService<ConversionMetrics>();
            return provider.GetRequiredService<ConversionStats>();
        });
        return services;
    }

    public static void MapConversions(this IEndpointRouteBuilder routes)
    {
        TrackApi.Map(routes, routes.ServiceProvider);
        ToldApi.Map(routes, routes.ServiceProvider);
    }
}
