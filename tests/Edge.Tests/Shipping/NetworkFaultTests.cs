using LinkTracker.Edge.Tests.Clicks;
using LinkTracker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Shipping;

/// <summary>A path to the broker that becomes bad; what the broker has is read by another one.</summary>
public sealed class NetworkFaultTests : IAsyncLifetime
{
    private Toxiproxy _toxiproxy = null!;
    private KafkaBroker _broker = null!;
    private ToxicProxy _path = null!;

    private KafkaConnection Direct => new(_broker.BootstrapServers, NullLoggerFactory.Instance);

    [FactWith(Need.Kafka, Need.Toxiproxy)]
    public async Task Records_that_arrived_and_whose_acknowledgement_was_lost_are_not_there_twice()
    {
        await using var logs = new LogRig();
        await using var rig = await ShipAndSwallowAsync(logs);
        await _path.HealAsync();
        await rig.UntilShippedAsync();
        using var shipped = Read(rig);
        Assert.Equal((1_000, 0), (shipped.Numbers.Count, shipped.Repeated));
        Assert.Equal(0, rig.Figures.Restarts);
        LogRig.AssertBalanced(rig.Log);
    }

    [FactWith(Need.Kafka, Need.Toxiproxy)]
    public async Task Sent_again_by_the_next_start_such_records_are_known_by_their_positions()
    {
        await using var logs = new LogRig();
        await (await ShipAndSwallowAsync(logs)).DisposeAsync();
        await _path.HealAsync();
        await using var rig = await ShippingRig.StartAsync(logs, _path.Address);
        await rig.UntilShippedAsync();
        using var shipped = Read(rig);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => (long)i), shipped.Numbers);
        Assert.True(shipped.Repeated > 0);
        LogRig.AssertBalanced(rig.Log);
    }

    [FactWith(Need.Kafka, Need.Toxiproxy)]
    public async Task A_path_that_is_slow_then_reset_then_cut_delays_and_loses_nothing()
    {
        await using var logs = new LogRig();
        await using var rig = await ShippingRig.StartAsync(logs, _path.Address);

        // Of a partition that has acknowledged nothing, one record is under way at most.
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 500));
        await rig.UntilShippedAsync();
        var faults = new Func<Task>[]
        {
            () => _path.DelayAsync(TimeSpan.FromMilliseconds(500)), () => _path.ResetAsync(TimeSpan.FromMilliseconds(100)), _path.CutAsync, _path.HealAsync,
        };
        for (var i = 0; i < faults.Length; i++)
        {
            var sent = rig.Figures.Sent;
            await faults[i]();
            await LogRig.RecordAsync(rig.Log, Enumerable.Range(500 * (i + 1), 500));
            await ShippingRig.UntilAsync("the clicks are under way", () => rig.Figures.Sent > sent);
        }

        await rig.UntilShippedAsync();
        using var shipped = Read(rig);
        Assert.Equal(Enumerable.Range(0, 2_500).Select(i => (long)i), shipped.Numbers);
    }

    public async Task InitializeAsync()
    {
        var port = FreePort.Next();
        _toxiproxy = await Toxiproxy.StartAsync();
        _broker = await KafkaBroker.StartAsync(port);
        _path = await _toxiproxy.CreateProxyAsync(_broker.PortBehindProxy, port);
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _toxiproxy.DisposeAsync();
    }

    /// <summary>500 clicks are shipped; 500 more are with the broker, which cannot say so.</summary>
    private async Task<ShippingRig> ShipAndSwallowAsync(LogRig logs)
    {
        var rig = await ShippingRig.StartAsync(logs, _path.Address);
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(0, 500));
        await rig.UntilShippedAsync();
        await _path.SwallowAsync();
        await LogRig.RecordAsync(rig.Log, Enumerable.Range(500, 500));
        await ShippingRig.UntilAsync("more records are with the broker than it could acknowledge", () =>
        {
            using var there = Read(rig);
            return there.Numbers.Count > 500;
        });
        return rig;
    }

    private ShippedClicks Read(ShippingRig rig)
    {
        var shipped = new ShippedClicks(Direct, ShippingRig.Partitions, rig.Log.EdgeId);
        shipped.ReadToEnd();
        return shipped;
    }
}
