using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Cluster;

/// <summary>
/// The backlog of an Edge that Kafka was away from: read only, and shipped until Kafka has acknowledged all of it and the log has been
/// released. Each way is a start of its own on the log, and every round has a new one.
/// </summary>
internal sealed class ShippingRuns(Options options, DirectoryInfo results)
{
    private const string Reading = "reading the log's slices";
    private const string Shipping = "shipping";

    /// <summary>Clicks that wait for their commit together.</summary>
    private const int AtOnce = 1_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly Table<Sample> Table = new(
        "log",
        [new("clicks/s", "N0", sample => sample.PerSecond), new("CPU µs/click", "0.00", sample => sample.CpuMicroseconds)],
        [new("of reading", sample => sample.PerSecond), new("CPU ratio", sample => sample.CpuMicroseconds)]);

    public async Task RunAsync()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await RoundAsync(broker, NewComparison());
        var comparison = NewComparison();
        for (var round = 0; round < options.Rounds; round++)
        {
            await RoundAsync(broker, comparison);
        }

        Console.WriteLine(Table.Write(comparison));
        comparison.Save(results, "shipping");
    }

    private SideBySide<Sample> NewComparison() => new($"Shipping {options.Clicks:N0} clicks on {options.Links:N0} links", Reading);

    private async Task RoundAsync(KafkaBroker broker, SideBySide<Sample> comparison)
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-shipping-");
        try
        {
            var settings = new Settings { Data = folder.FullName, KafkaBootstrapServers = broker.BootstrapServers, KafkaPartitions = ClickTopic.Partitions };
            await WithLogAsync(settings, FillAsync);
            await WithLogAsync(settings, async log => comparison.Add(Reading, await ReadAsync(log)));
            await WithLogAsync(settings, async log => comparison.Add(Shipping, await ShipAsync(log, settings)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WithLogAsync(Settings settings, Func<ClickLog, Task> work)
    {
        using var log = new ClickLog(settings, TimeProvider.System, NullLogger<ClickLog>.Instance);
        await log.StartAsync(CancellationToken.None);
        try
        {
            await work(log);
        }
        finally
        {
            await log.StopAsync(CancellationToken.None);
        }
    }

    private async Task FillAsync(ClickLog log)
    {
        var mix = new ClickMix(options.Clicks, options.Links, isSkewed: false);
        for (var left = options.Clicks; left > 0; left -= AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(left, AtOnce)).Select(_ => log.RecordAsync(mix.Next()).AsTask()));
        }

        var figures = log.Figures.Take();
        Demand.Holds(figures.Appended == options.Clicks && figures.AnsweredBeforeDurable == 0, "the log did not take every click");
    }

    private async Task<Sample> ReadAsync(ClickLog log)
    {
        using var deadline = new CancellationTokenSource(Limit);
        var meter = Meter.Start();
        var (slices, clicks) = (log.Source.ReadAsync([], deadline.Token).GetAsyncEnumerator(deadline.Token), 0);
        await using (slices)
        {
            while (clicks < options.Clicks && await slices.MoveNextAsync())
            {
                foreach (var entry in slices.Current)
                {
                    clicks += entry.Click.IsEmpty ? 0 : 1;
                }
            }
        }

        return meter.Read(clicks);
    }

    private async Task<Sample> ShipAsync(ClickLog log, Settings settings)
    {
        var figures = new ShippingFigures(TimeProvider.System);
        var kafka = new KafkaConnection(settings.KafkaBootstrapServers!, NullLoggerFactory.Instance);
        using var shipper = new ClickShipper(log, kafka, settings, figures, TimeProvider.System, NullLogger<ClickShipper>.Instance);
        var meter = Meter.Start();
        await shipper.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync("everything is shipped", Limit, () => Task.FromResult(log.Figures.Take().Backlog == 0 && figures.Outstanding == 0));
        var sample = meter.Read(options.Clicks);
        await shipper.StopAsync(CancellationToken.None);
        Demand.Holds(figures is { Failures: 0, Restarts: 0 } && log.Figures.Take().Delivered == options.Clicks, "shipping met a failure");
        return sample;
    }
}
