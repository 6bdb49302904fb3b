using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Events;

internal static class EventsExtensions
{
    /// <summary>Publishes clicks, leads and sales for other systems, if the settings say so. A <see cref="Kafka.KafkaConnection"/> must be registered, too.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services, Settings settings)
    {
        if (!settings.PublishEvents)
        {
            return services;
        }

        services.AddSingleton<EventSender>();
        services.AddSingleton<OutboxPublisher>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxPublisher>());
        services.AddHealthChecks().AddCheck<OutboxPublisher>("events");
        services.AddSingleton<IStatsSection, EventMetrics>();
        return services;
    }
}
