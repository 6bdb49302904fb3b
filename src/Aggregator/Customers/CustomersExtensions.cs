namespace LinkTracker.Aggregator.Customers;

internal static class CustomersExtensions
{
    public static IServiceCollection AddCustomers(this IServiceCollection services)
    {
        services.AddSingleton<CustomerStore>();
        services.AddSingleton<CustomerPresenter>();
        return services;
    }

    public static void MapCustomers(this IEndpointRouteBuilder routes) => CustomersApi.Map(routes, routes.ServiceProvider);
}
