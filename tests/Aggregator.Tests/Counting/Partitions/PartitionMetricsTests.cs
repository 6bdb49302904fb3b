using System.Diagnostics.Metrics;
using System.Text.Json;
using LinkTracker.Aggregator.Counting.Partitions;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>Whoever watches the collector must see what <c>/stats</c> shows.</summary>
public sealed class PartitionMetricsTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Every_figure_of_the_partitions_is_a_metric_with_the_same_value()
    {
        await using var rig = await PartitionRig.StartAsync(servers);
        await rig.ClickAsync(20);
        using var worker = rig.Work(fence: 1);
        await rig.StoredAsync(20);
        await rig.Redis.AskAsync("flushall");
        await rig.CountedAsync(20);

        var figures = JsonSerializer.SerializeToElement(rig.Service<PartitionMetrics>().Read()).EnumerateObject()
            .Where(figure => figure.Value.ValueKind == JsonValueKind.Number)
            .ToDictionary(figure => figure.Name, figure => figure.Value.GetInt64());
        Assert.Equal(figures, Measure(rig));
        Assert.Equal((1, 0, 2, 0), (figures["held"], figures["behind"], figures["rebuilds"], figures["eras"]));
        await worker.StopAsync();
    }

    private static Dictionary<string, long> Measure(PartitionRig rig)
    {
        var meters = rig.Service<IMeterFactory>();
        var figures = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name.StartsWith("linktracker.partitions.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => figures[instrument.Name.Split('.')[^1]] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => figures[instrument.Name.Split('.')[^1]] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return figures;
    }
}
