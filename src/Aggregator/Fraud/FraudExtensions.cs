using LinkTracker.Aggregator.Fraud.Cases;
using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Fraud.Reading;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Fraud;

internal static class FraudExtensions
{
    public static IServiceCollection AddFraud(this IServiceCollection services)
    {
        services.AddSingleton<FraudLists>();
        services.AddSingleton<CustomerAddress>();
        services.AddSingleton<SuspectReader>();
        services.AddSingleton<NeighbourhoodReader>();
        services.AddSingleton<PartnerRatesReader>();
        services.AddSingleton<ConversionClicks>();
        services.AddSingleton<Inspection>();
        services.AddSingleton<CaseStore>();
        services.AddSingleton<CaseEffects>();
        services.AddSingleton<CasePresenter>();
        services.AddSingleton<CaseDecision>();
        services.AddSingleton<RulesReport>();
        services.AddSingleton<FraudPreview>();
        services.AddSingleton<FraudForgetting>();
        services.AddSingleton<FraudCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<FraudCheck>());
        services.AddHealthChecks().AddCheck<FraudCheck>("fraud").AddCheck<FraudLists>("fraud_lists");
        services.AddSingleton<IStatsSection, FraudMetrics>();
        return services;
    }

    public static void MapFraud(this IEndpointRouteBuilder routes) => FraudApi.Map(routes, routes.ServiceProvider);
}
