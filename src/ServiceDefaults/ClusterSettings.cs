namespace LinkTracker.ServiceDefaults;

/// <summary>Which settings the cluster needs, and the embedded mode must not have.</summary>
public static class ClusterSettings
{
    private static readonly (string Name, Func<Settings, object?> Value)[] Servers =
    [
        ("Kafka__BootstrapServers", settings => settings.KafkaBootstrapServers),
        ("Redis__Configuration", settings => settings.RedisConfiguration),
        ("ConnectionStrings__Postgres", settings => settings.PostgresConnection),
    ];

    /// <summary>For an Aggregator in a process of its own.</summary>
    /// <exception cref="SettingsException">A server is not named, or the secret is missing.</exception>
    public static void RequireForAggregator(Settings settings)
    {
        if (Servers.FirstOrDefault(server => server.Value(settings) is null) is { Name: { } missing })
        {
            throw new SettingsException(
                $"{missing} is missing: an Aggregator of its own needs Kafka, Redis and PostgreSQL; name the server, or start src/Standalone, which needs none.");
        }

        RequireSecret(settings);
    }

    /// <summary>For an Edge that sends its clicks to Kafka.</summary>
    /// <exception cref="SettingsException">The secret is missing, or links come from two places.</exception>
    public static void RequireForEdge(Settings settings)
    {
        if (settings.LinksFile is not null)
        {
            throw new SettingsException("Edge__LinksFile and Kafka__BootstrapServers are both set: links come from one of them; remove the other.");
        }

        RequireSecret(settings);
    }

    /// <summary>For an Edge alone, which takes links from a file and sends its clicks nowhere.</summary>
    /// <exception cref="SettingsException">A server of the cluster is named, but not the one that clicks travel over.</exception>
    public static void RefuseForEdgeAlone(Settings settings)
    {
        if (Servers.FirstOrDefault(server => server.Value(settings) is not null) is { Name: { } named })
        {
            throw new SettingsException(
                $"{named} is set, but Kafka__BootstrapServers is not: this Edge would be alone and send its clicks nowhere; set Kafka__BootstrapServers, or remove {named}.");
        }
    }

    /// <summary>For Edge and Aggregator in one process.</summary>
    /// <exception cref="SettingsException">A server is named that would not be used.</exception>
    public static void RefuseForStandalone(Settings settings)
    {
        if (Servers.FirstOrDefault(server => server.Value(settings) is not null) is { Name: { } named })
        {
            throw new SettingsException(
                $"{named} is set, but src/Standalone keeps everything in its own process: start src/Edge and src/Aggregator, or remove the setting.");
        }

        RefuseEvents(settings);
    }

    private static void RefuseEvents(Settings settings)
    {
        if (settings.PublishEvents)
        {
            throw new SettingsException("Kafka__PublishEvents is true, but src/Standalone has no Kafka to publish to: start src/Edge and src/Aggregator, or remove the setting.");
        }
    }

    private static void RequireSecret(Settings settings)
    {
        if (settings.Secret is null)
        {
            throw new SettingsException(
                "LinkTracker__Secret is missing: in the cluster every Edge and Aggregator needs the same 32 or more bytes as base64, such as those of 'openssl rand -base64 32'.");
        }
    }
}
