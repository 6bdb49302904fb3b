using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Ledger;

internal static class LedgerExtensions
{
    /// <summary>Commissions, payouts and the ledger behind them.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<LedgerBooks>();
        services.AddSingleton<CommissionDesk>();
        services.AddSingleton<CommissionPresenter>();
        services.AddSingleton<PayoutStore>();
        services.AddSingleton<StatementStore>();
        services.AddSingleton<WaitingSales>();
        services.AddSingleton(_ => new LedgerAudit());
        services.AddSingleton<LedgerStats>();
        services.AddSingleton<LedgerMetrics>();
        services.AddSingleton<IStatsSection>(provider =>
        {
            provider.GetRequiredService<LedgerMetrics>();
            return provider.GetRequiredService<LedgerStats>();
        });
        services.AddSingleton<RewardRelease>();
        services.AddHostedService(provider => provider.GetRequiredService<RewardRelease>());
        services.AddHealthChecks().AddCheck<RewardRelease>("rewards");
        return services;
    }

    public static void MapLedger(this IEndpointRouteBuilder routes)
    {
        CommissionsApi.Map(routes, routes.ServiceProvider);
        PayoutsApi.Map(routes, routes.ServiceProvider);
        LedgerApi.Map(routes, routes.ServiceProvider);
        RewardsApi.Map(routes, routes.ServiceProvider);
    }
}
