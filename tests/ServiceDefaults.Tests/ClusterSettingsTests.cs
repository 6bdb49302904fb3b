namespace LinkTracker.ServiceDefaults.Tests;

public sealed class ClusterSettingsTests
{
    private static readonly Settings Cluster = new()
    {
        KafkaBootstrapServers = "kafka:9092",
        RedisConfiguration = "redis:6379",
        PostgresConnection = "Host=db",
        Secret = new byte[32],
    };

    [Fact]
    public void A_complete_cluster_starts()
    {
        ClusterSettings.RequireForAggregator(Cluster);
        ClusterSettings.RequireForEdge(Cluster);
    }

    [Fact]
    public void An_aggregator_names_the_server_it_misses()
    {
        Assert.StartsWith("Kafka__BootstrapServers is missing:", Refusal(Cluster with { KafkaBootstrapServers = null }), StringComparison.Ordinal);
        Assert.StartsWith("Redis__Configuration is missing:", Refusal(Cluster with { RedisConfiguration = null }), StringComparison.Ordinal);
        Assert.StartsWith("ConnectionStrings__Postgres is missing:", Refusal(Cluster with { PostgresConnection = null }), StringComparison.Ordinal);

        static string Refusal(Settings settings) => Assert.Throws<SettingsException>(() => ClusterSettings.RequireForAggregator(settings)).Message;
    }

    [Fact]
    public void Nobody_in_a_cluster_makes_a_secret_of_its_own()
    {
        var alone = Cluster with { Secret = null };
        Assert.StartsWith("LinkTracker__Secret is missing:", Assert.Throws<SettingsException>(() => ClusterSettings.RequireForAggregator(alone)).Message, StringComparison.Ordinal);
        Assert.StartsWith("LinkTracker__Secret is missing:", Assert.Throws<SettingsException>(() => ClusterSettings.RequireForEdge(alone)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edge_takes_links_from_one_place_only() =>
        Assert.Contains("both set", Assert.Throws<SettingsException>(() => ClusterSettings.RequireForEdge(Cluster with { LinksFile = "links.jsonl" })).Message, StringComparison.Ordinal);

    [Fact]
    public void An_edge_that_would_send_its_clicks_nowhere_refuses_a_server_of_the_cluster()
    {
        ClusterSettings.RefuseForEdgeAlone(new Settings { LinksFile = "links.jsonl", KafkaPartitions = 24, PublishEvents = true });
        Assert.Equal("Redis__Configuration", Refusal(new Settings { RedisConfiguration = "redis:6379" }));
        Assert.Equal("ConnectionStrings__Postgres", Refusal(new Settings { PostgresConnection = "Host=db;Password=hunter2" }));

        static string Refusal(Settings settings)
        {
            var message = Assert.Throws<SettingsException>(() => ClusterSettings.RefuseForEdgeAlone(settings)).Message;
            Assert.Contains("is set, but Kafka__BootstrapServers is not", message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
            return message.Split(' ')[0];
        }
    }

    [Fact]
    public void Standalone_refuses_a_server_that_it_would_not_use()
    {
        ClusterSettings.RefuseForStandalone(new Settings());
        Assert.StartsWith(
            "Redis__Configuration is set,",
            Assert.Throws<SettingsException>(() => ClusterSettings.RefuseForStandalone(new Settings { RedisConfiguration = "redis:6379" })).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Kafka__PublishEvents is true,",
            Assert.Throws<SettingsException>(() => ClusterSettings.RefuseForStandalone(new Settings { PublishEvents = true })).Message,
            StringComparison.Ordinal);
    }
}
