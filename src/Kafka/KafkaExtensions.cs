using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Kafka;

public static class KafkaExtensions
{
    /// <summary>Adds the connection, once for everything in the process that talks to Kafka.</summary>
    /// <param name="bootstrapServers">Hosts with ports, separated by commas.</param>
    public static IServiceCollection AddKafka(this IServiceCollection services, string bootstrapServers)
    {
        services.TryAddSingleton(provider => new KafkaConnection(bootstrapServers, provider.GetRequiredService<ILoggerFactory>()));
        return services;
    }
}
