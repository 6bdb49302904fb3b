using LinkTracker.Edge.Shipping;
using LinkTracker.Edge.Tests.Clicks;
using LinkTracker.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Tests.Shipping;

/// <summary>Each test has a broker of its own, and does something to it.</summary>
public sealed class BrokerFaultTests
{
    [FactWith(Need.Kafka)]
    public async Task Clicks_recorded_while_no_broker_is_there_wait_in_the_log_and_arrive_once_it_is()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await broker.StopAsync();
        await using var logs = new LogRig();
        await using var rig = await ShippingRig.StartAsync(logs, broker.BootstrapServers);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 1_000));
        await ShippingRig.UntilAsync("the check of the topic was given up", () => rig.Figures.Trouble is not null);
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(rig));
        Assert.Equal((1_000, 0), (rig.Log.Figures.Take().Backlog, rig.Log.Figures.Take().DroppedDeclared));

        await broker.RestartAsync();
        await rig.UntilShippedAsync();
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(rig));
        Assert.Equal(1_000, ReadAll(rig));
    }

    [FactWith(Need.Kafka)]
    public async Task A_broker_that_is_killed_again_and_again_loses_and_doubles_nothing()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await using var logs = new LogRig();
        await using var rig = await ShippingRig.StartAsync(logs, broker.BootstrapServers);
        for (var round = 0; round < 3; round++)
        {
            await LogRig.RecordAsync(rig.Log, Enumerable.Range(round * 2_000, 1_000));
            await ShippingRig.UntilAsync("shipping is under way", () => rig.Figures.Sent > 20 * round);
            await broker.KillAsync();
            await LogRig.RecordAsync(rig.Log, Enumerable.Range((round * 2_000) + 1_000, 1_000));
            await broker.RestartAsync();
        }

        await rig.UntilShippedAsync();
        Assert.Equal(6_000, ReadAll(rig));
        LogRig.AssertBalanced(rig.Log);
    }

    [FactWith(Need.Kafka)]
    public async Task A_broker_that_stops_answering_degrades_health_and_reading_stops_when_the_client_is_full()
    {
        const int partitions = 12;
        await using var broker = await KafkaBroker.StartAsync();
        await using var logs = new LogRig { Shape = LinkTracker.Edge.Clicks.LogShape.Default };
        await using var rig = await ShippingRig.StartAsync(logs, broker.BootstrapServers, partitions);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 100));
        await rig.UntilShippedAsync();
        await broker.KillAsync();
        for (var i = 0; i < 25; i++)
        {
            await LogRig.RecordAsync(rig.Log, Enumerable.Range(100 + (i * 10_000), 10_000), agentLength: 256);
        }

        // Some 80 MiB, of which the client takes 64.
        await ShippingRig.UntilAsync("Kafka owes an answer", () => rig.Figures.Trouble is not null);
        Assert.Contains("has not answered", rig.Figures.Trouble, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(rig));
        var sent = rig.Figures.Sent;
        Assert.InRange(rig.Figures.Outstanding, 5_000, 10_100);

        await broker.RestartAsync();
        await rig.UntilShippedAsync();
        Assert.True(rig.Figures.Sent > sent);
        Assert.Equal(250_100, ReadAll(rig, partitions));
        Assert.Equal((0, null), (rig.Figures.Failures, rig.Figures.Trouble));
    }

    [FactWith(Need.Kafka)]
    public async Task Clicks_that_kafka_refuses_wait_visibly_and_arrive_in_order_once_it_is_put_right()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await using var logs = new LogRig();
        await using var rig = await ShippingRig.StartAsync(logs, broker.BootstrapServers);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 10));
        await rig.UntilShippedAsync();
        await LimitRecordsAsync(broker, 300);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(10, 3_000));
        await ShippingRig.UntilAsync("it was refused, again and again", () => rig.Figures.Restarts >= 2);
        Assert.True(rig.Figures.Failures > 0);
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(rig));
        Assert.True(rig.Log.Figures.Take().Backlog > 0);

        await LimitRecordsAsync(broker, 1_048_588);
        await rig.UntilShippedAsync();
        Assert.Equal(3_010, ReadAll(rig));
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(rig));
        LogRig.AssertBalanced(rig.Log);
    }

    [FactWith(Need.Kafka)]
    public async Task A_topic_with_other_partitions_that_is_found_late_is_told_and_nothing_is_sent_to_it()
    {
        await using var broker = await KafkaBroker.StartAsync();
        using (var topics = new KafkaConnection(broker.BootstrapServers, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance).OpenTopics())
        {
            await ClicksTopic.EnsureAsync(topics, 3);
        }

        await broker.StopAsync();
        await using var logs = new LogRig();
        await using var rig = await ShippingRig.StartAsync(logs, broker.BootstrapServers);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 100));
        await broker.RestartAsync();
        await ShippingRig.UntilAsync("the partitions were seen", () => rig.Figures.Trouble?.Contains("has 3 partitions", StringComparison.Ordinal) == true);
        Assert.Equal((0, 100), (rig.Figures.Sent, rig.Log.Figures.Take().Backlog));
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(rig));
    }

    private static Task<string> LimitRecordsAsync(KafkaBroker broker, int bytes) => broker.RunToolAsync(
        "kafka-configs.sh", "--entity-type", "topics", "--entity-name", ClicksTopic.Name, "--alter", "--add-config", $"max.message.bytes={bytes}");

    private static int ReadAll(ShippingRig rig, int partitions = ShippingRig.Partitions)
    {
        using var shipped = rig.Read(partitions);
        Assert.Equal(Enumerable.Range(0, shipped.Numbers.Count).Select(i => (long)i), shipped.Numbers);
        return shipped.Numbers.Count;
    }

    private static async Task<HealthStatus> HealthAsync(ShippingRig rig) =>
        (await new ShippingHealth(rig.Figures).CheckHealthAsync(new HealthCheckContext())).Status;
}
