using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Shipping;

/// <summary>The door of shipping.</summary>
public static class ShippingExtensions
{
    /// <summary>Sends what <see cref="EdgeExtensions.AddEdge"/> records to Kafka, to which there must be a connection.</summary>
    public static WebApplicationBuilder AddShipping(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ShippingFigures>();
        services.AddSingleton<ShippingMetrics>();
        services.AddSingleton<IStatsSection>(provider => provider.GetRequiredService<ShippingFigures>());
        services.AddSingleton<ClickShipper>();
        services.AddHostedService(provider =>
        {
            provider.GetRequiredService<ShippingMetrics>();
            return provider.GetRequiredService<ClickShipper>();
        });
        services.AddHealthChecks().AddCheck<ShippingHealth>(ShippingHealth.Name, tags: ["ready"]);
        return builder;
    }
}
