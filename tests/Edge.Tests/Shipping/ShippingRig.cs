using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Edge.Tests.Clicks;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Shipping;

/// <summary>A click log and its shipper, as one start of an Edge has them.</summary>
internal sealed class ShippingRig : IAsyncDisposable
{
    public const int Partitions = 4;

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private ShippingRig(LogRig logs, ClickLog log, string servers, int partitions)
    {
        (Logs, Log) = (logs, log);
        var settings = logs.Settings with { KafkaBootstrapServers = servers, KafkaPartitions = partitions };
        Kafka = new KafkaConnection(servers, NullLoggerFactory.Instance);
        Figures = new ShippingFigures();
        Shipper = new ClickShipper(log, Kafka, settings, Figures, TimeProvider.System, NullLogger<ClickShipper>.Instance);
    }

    public LogRig Logs { get; }

    public ClickLog Log { get; }

    public KafkaConnection Kafka { get; }

    public ShippingFigures Figures { get; }

    public ClickShipper Shipper { get; }

    /// <summary>The log is open; the shipper is not started.</summary>
    public static async Task<ShippingRig> OpenAsync(LogRig logs, string servers, int partitions = Partitions) =>
        new(logs, await logs.StartAsync(), servers, partitions);

    public static async Task<ShippingRig> StartAsync(LogRig logs, string servers, int partitions = Partitions)
    {
        var rig = await OpenAsync(logs, servers, partitions);
        await rig.Shipper.StartAsync(default);
        return rig;
    }

    public Task UntilShippedAsync() => UntilAsync("everything is released", () => Log.Figures.Take().Backlog == 0 && Figures.Outstanding == 0);

    public static Task UntilAsync(string fact, Func<bool> check) => Eventually.HoldsAsync(fact, Limit, () => Task.FromResult(check()));

    /// <summary>Everything that came of this edge.</summary>
    public ShippedClicks Read(int partitions = Partitions)
    {
        var shipped = new ShippedClicks(Kafka, partitions, Log.EdgeId);
        shipped.ReadToEnd();
        return shipped;
    }

    /// <summary>As a host does it: first the shipper, then the log.</summary>
    public async Task StopAsync()
    {
        await Shipper.StopAsync(default);
        await LogRig.StopAsync(Log);
    }

    public async ValueTask DisposeAsync()
    {
        // At once: what a stop does is the matter of a test of its own.
        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        await Shipper.StopAsync(over.Token);
        var running = Shipper.ExecuteTask ?? Task.CompletedTask;
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.Null(running.Exception);
        Shipper.Dispose();
        await LogRig.StopAsync(Log);
    }
}
