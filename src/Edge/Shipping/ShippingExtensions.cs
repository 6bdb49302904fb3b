using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Shipping;

/// <summary>The door of shipping.</summary>
public static class ShippingExtensions
{
    /// <summary>Sends what <see cref="EdgeExtensions.AddEdge"/> records to Kafka.</summary>
    /// <param name="settings">With <see cref="Settings.KafkaBootstrapServers"/>.</param>
    public static WebApplicationBuilder AddShipping(this WebApplicationBuilder builder, Settings settings)
    {
        var services = builder.Services;
        services.AddKafka(settings.KafkaBootstrapServers!);
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
