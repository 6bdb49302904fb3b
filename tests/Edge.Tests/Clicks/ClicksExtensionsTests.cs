using System.Diagnostics.Metrics;
using System.Text.Json;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LinkTracker.Edge.Tests.Clicks;

public sealed class ClicksExtensionsTests
{
    [Fact]
    public async Task A_host_records_reads_reports_and_stops_cleanly()
    {
        await using var rig = new LogRig();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(rig.Settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddClicks();
        using (var host = builder.Build())
        {
            await host.StartAsync();
            var log = host.Services.GetRequiredService<ClickLog>();
            await LogRig.RecordAsync(log, Enumerable.Range(0, 10));

            using var deadline = new CancellationTokenSource(Eventually.Limit);
            var source = host.Services.GetRequiredService<IClickSource>();
            await foreach (var slice in source.ReadAsync([], deadline.Token))
            {
                source.Release(slice.End);
                if (host.Services.GetServices<IStatsSection>().Single().Read() is EdgeStats { Backlog: 0 })
                {
                    break;
                }
            }

            var json = JsonSerializer.SerializeToElement(host.Services.GetServices<IStatsSection>().Single(s => s.Name == "edge").Read());
            Assert.Equal(10, json.GetProperty("offered").GetInt64());
            Assert.Equal(10, json.GetProperty("delivered").GetInt64());
            Assert.Equal(0, json.GetProperty("dropped_declared").GetInt64());
            Assert.True(json.GetProperty("writable").GetBoolean());
            Assert.Equal(10, Measure(host.Services, "linktracker.clicks.appended"));
            Assert.Equal(1, Measure(host.Services, "linktracker.clicks.writable"));

            var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            Assert.Equal(HealthStatus.Healthy, health.Entries["click_log"].Status);
            await host.StopAsync();
            Assert.False(log.IsWritable);
        }

        // The lock is free again, and the log was closed, not recovered.
        var again = await new LogRig(rig.Data) { Shape = LogShape.Default }.StartAsync();
        Assert.All(again.Epochs.SkipLast(1), epoch => Assert.True(epoch.IsClosed));
        Assert.Equal(10, again.Figures.Take().Delivered);
        await LogRig.StopAsync(again);
    }

    [Fact]
    public async Task A_collection_under_load_gets_figures_of_one_moment()
    {
        await using var rig = new LogRig { Durable = false };
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var log = await rig.StartAsync();
        var meters = services.GetRequiredService<IMeterFactory>();
        _ = new ClickMetrics(meters, log);
        var values = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, measured, _, _) =>
        {
            // One more click comes between any two figures.
            values[instrument.Name] = measured;
            Assert.True(LogRig.RecordAsync(log, 1).AsTask().IsCompletedSuccessfully);
        });
        listener.Start();

        for (var collection = 0; collection < 3; collection++)
        {
            var before = log.Figures.Take().Offered;
            listener.RecordObservableInstruments();

            Assert.Equal(before, values["linktracker.clicks.offered"]);
            Assert.Equal(before, values["linktracker.clicks.appended"] + values["linktracker.clicks.dropped_declared"]);
            Assert.Equal(
                values["linktracker.clicks.appended"],
                values["linktracker.clicks.delivered"] + values["linktracker.clicks.backlog"] + values["linktracker.clicks.quarantined"]);
        }
    }

    private static long Measure(IServiceProvider services, string name)
    {
        // Other tests run in this process, and have instruments of the same name.
        var meters = services.GetRequiredService<IMeterFactory>();
        var value = -1L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, measured, _, _) => value = Math.Max(value, measured));
        listener.SetMeasurementEventCallback<int>((_, measured, _, _) => value = Math.Max(value, measured));
        listener.Start();
        listener.RecordObservableInstruments();
        return value;
    }
}
