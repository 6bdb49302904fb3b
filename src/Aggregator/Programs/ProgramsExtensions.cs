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
        services.AddSingleton<ContactHash>();
        return services;
    }

    public static void MapPrograms(this IEndpointRouteBuilder routes) => routes.ServiceProvider.GetRequiredService<ProgramStore>();
}
