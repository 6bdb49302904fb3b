namespace LinkTracker.Aggregator.Programs;

internal static class ProgramsExtensions
{
    public static IServiceCollection AddPrograms(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var store = ActivatorUtilities.CreateInstance<ProgramStore>(provider);
            store.Open(provider.GetRequiredService<Storage.Database>());
            return store;
        });
        services.AddSingleton<ProgramPresenter>();
        services.AddSingleton<CustomerTraits>();
        services.AddSingleton<ContactHash>();
        return services;
    }

    public static void MapPrograms(this IEndpointRouteBuilder routes)
    {
        ProgramsApi.Map(routes, routes.ServiceProvider);
        MembershipsApi.Map(routes, routes.ServiceProvider);
        EligibilityApi.Map(routes, routes.ServiceProvider);
        ContactsApi.Map(routes, routes.ServiceProvider);
    }
}
