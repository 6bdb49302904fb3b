using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Edge.Tests.Redirects;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Tests.Shipping;

public sealed class ShippingDoorTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka)]
    public async Task A_click_on_an_edge_that_ships_is_in_kafka_and_the_edge_tells_of_it()
    {
        await using var edge = await StartAsync((await servers.Kafka).BootstrapServers);
        await edge.HasLinkAsync("spring");
        await edge.LocationAsync("/spring");
        var log = edge.Service<ClickLog>();
        await ShippingRig.UntilAsync("the click is released", () => log.Figures.Take() is { Delivered: 1, Backlog: 0 });

        using var shipped = new ShippedClicks(edge.Service<KafkaConnection>(), ShippingRig.Partitions, log.EdgeId);
        shipped.ReadToEnd();
        Assert.Single(shipped.Numbers);
        Assert.Contains(edge.Service<IEnumerable<IStatsSection>>(), section => section.Name == "shipping");
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(edge));
    }

    [FactWith(Need.Kafka)]
    public async Task Without_any_broker_an_edge_starts_redirects_and_stays_ready()
    {
        await using var edge = await StartAsync($"127.0.0.1:{FreePort.Next()}");
        await edge.HasLinkAsync("spring");
        await edge.LocationAsync("/spring");
        await ShippingRig.UntilAsync("the check of the topic was given up", () => edge.Service<ShippingFigures>().Trouble is not null);
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(edge));
        using var ready = await edge.GetAsync("/readyz");
        Assert.True(ready.IsSuccessStatusCode);

        // The operator's port tells more, and does not wait for the broker either.
        var admin = new Uri(edge.Service<Settings>().EdgeAdminUrl, "/readyz");
        Assert.Contains(
            "\"failing\":{},\"degraded\":{\"shipping\":", await edge.Client.GetStringAsync(admin).WaitAsync(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        Assert.Equal(1, edge.Service<ClickLog>().Figures.Take().Backlog);
    }

    private static Task<EdgeProbe> StartAsync(string brokers) => EdgeProbe.StartAsync(
        settings => settings with { KafkaBootstrapServers = brokers, KafkaPartitions = ShippingRig.Partitions, EdgeAdminUrl = new Uri($"http://127.0.0.1:{FreePort.Next()}") },
        configure: app => app.MapHealth(),
        add: (builder, settings) => builder.AddEdgeAdmin(settings).AddShipping(settings));

    private static async Task<HealthStatus> HealthAsync(EdgeProbe edge) =>
        (await edge.Service<HealthCheckService>().CheckHealthAsync()).Entries[ShippingHealth.Name].Status;
}
