using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Cluster;

/// <summary>Ships an Edge's log, until all of it is acknowledged and released.</summary>
internal static class LogShipping
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Through a sender that has its connections and its producer id already.</summary>
    public static async Task<Sample> MeasureConnectedAsync(ClickLog log, KafkaConnection kafka, int clicks)
    {
        using var sender = kafka.OpenSender();
        Connect(sender);
        using var stop = new CancellationTokenSource();
        var figures = new ShippingFigures();
        var meter = Meter.Start();
        var shipment = new Shipment(log, sender, ClicksTopic.Name, ClickTopic.Partitions, figures, TimeProvider.System).RunAsync(stop.Token);
        await UntilReleasedAsync(log, figures, () => !shipment.IsCompleted);
        var sample = meter.Read(clicks);
        await stop.CancelAsync();
        await shipment.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        DemandShipped(log, figures, clicks);
        return sample;
    }

    /// <summary>As an Edge does it that starts: the client looks for the brokers and asks for a producer id first, which takes a second.</summary>
    public static async Task<Sample> MeasureStartAsync(ClickLog log, KafkaConnection kafka, Settings settings, int clicks)
    {
        var figures = new ShippingFigures();
        using var shipper = new ClickShipper(log, kafka, settings, figures, TimeProvider.System, NullLogger<ClickShipper>.Instance);
        var meter = Meter.Start();
        await shipper.StartAsync(CancellationToken.None);
        await UntilReleasedAsync(log, figures, () => figures.Restarts == 0);
        var sample = meter.Read(clicks);
        await shipper.StopAsync(CancellationToken.None);
        DemandShipped(log, figures, clicks);
        return sample;
    }

    // One record to every partition. They are no slices; nobody reads this topic.
    private static void Connect(KafkaSender sender)
    {
        for (var partition = 0; partition < ClickTopic.Partitions; partition++)
        {
            Demand.Holds(sender.TrySend(ClicksTopic.Name, partition, key: null, [0], _ => { }), "Kafka takes no record");
        }

        Demand.Holds(sender.TryFlush(Limit), "Kafka does not acknowledge");
    }

    private static Task UntilReleasedAsync(ClickLog log, ShippingFigures figures, Func<bool> goesOn) => Eventually.HoldsAsync("everything is shipped", Limit, () =>
    {
        Demand.Holds(goesOn(), "shipping met a failure");
        return Task.FromResult(log.Figures.Take().Backlog == 0 && figures.Outstanding == 0);
    });

    private static void DemandShipped(ClickLog log, ShippingFigures figures, int clicks) =>
        Demand.Holds(figures.Failures == 0 && log.Figures.Take().Delivered == clicks, "not every click was shipped");
}
