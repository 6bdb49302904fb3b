using LinkTracker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Cluster;

/// <summary>
/// The backlog of an Edge that Kafka was away from: read only; shipped over a connection that is there; and shipped by a shipper that starts.
/// Shipping is over when Kafka has acknowledged everything and the log is released. Every round has new logs.
/// </summary>
internal sealed class ShippingRuns(Options options, DirectoryInfo results)
{
    private const string Reading = "reading the log's slices";
    private const string Connected = "shipping, connected";
    private const string FromStart = "shipping, from its start";

    private static readonly Table<Sample> Table = new(
        "log",
        [new("clicks/s", "N0", sample => sample.PerSecond), new("CPU µs/click", "0.00", sample => sample.CpuMicroseconds)],
        [new("of reading", sample => sample.PerSecond), new("CPU ratio", sample => sample.CpuMicroseconds)]);

    public async Task RunAsync()
    {
        await using var broker = await KafkaBroker.StartAsync();
        var kafka = new KafkaConnection(broker.BootstrapServers, NullLoggerFactory.Instance);
        using (var topics = kafka.OpenTopics())
        {
            await ClicksTopic.EnsureAsync(topics, ClickTopic.Partitions);
        }

        await RoundAsync(broker, kafka, NewComparison());
        var comparison = NewComparison();
        for (var round = 0; round < options.Rounds; round++)
        {
            await RoundAsync(broker, kafka, comparison);
        }

        Console.WriteLine(Table.Write(comparison));
        comparison.Save(results, "shipping");
    }

    private SideBySide<Sample> NewComparison() => new($"Shipping {options.Clicks:N0} clicks on {options.Links:N0} links", Reading);

    private async Task RoundAsync(KafkaBroker broker, KafkaConnection kafka, SideBySide<Sample> comparison)
    {
        using (var backlog = await Backlog.FillAsync(broker, NewMix()))
        {
            comparison.Add(Reading, await backlog.OpenAsync(log => LogReading.MeasureAsync(log, options.Clicks)));
            comparison.Add(Connected, await backlog.OpenAsync(log => LogShipping.MeasureConnectedAsync(log, kafka, options.Clicks)));
        }

        using (var backlog = await Backlog.FillAsync(broker, NewMix()))
        {
            comparison.Add(FromStart, await backlog.OpenAsync(log => LogShipping.MeasureStartAsync(log, kafka, backlog.Settings, options.Clicks)));
        }
    }

    private ClickMix NewMix() => new(options.Clicks, options.Links, isSkewed: false);
}
