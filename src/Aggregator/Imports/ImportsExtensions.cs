namespace LinkTracker.Aggregator.Imports;

internal static class ImportsExtensions
{
    public static IServiceCollection AddImports(this IServiceCollection services)
    {
        services.AddSingleton<UploadFolder>();
        services.AddSingleton<ImportStore>();
        services.AddSingleton<StagedLinks>();
        services.AddSingleton<ImportWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ImportWorker>());
        services.AddHostedService<ImportWatch>();
        return services;
    }

    public static void MapImports(this IEndpointRouteBuilder routes) => ImportsApi.Map(routes, routes.ServiceProvider);
}
