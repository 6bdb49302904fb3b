using System.Diagnostics.Metrics;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;
using LinkTracker.Edge.Tests.Clicks;
using LinkTracker.Edge.Tests.Links;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Tests.Shipping;

public sealed class ShippingFiguresTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("figures-").FullName;
    private readonly FakeClock _clock = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ShippingFigures _figures;

    public ShippingFiguresTests() => _figures = new ShippingFigures(_clock);

    [Fact]
    public void Every_figure_of_the_section_is_a_metric_with_the_same_value()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var metrics = new MeasuredFigures(meters);
        _ = new ShippingMetrics(meters, _figures);
        using var file = new ShippedFile(_folder, 1, new LogDisk());
        var inFlight = Open(file, records: 4);
        for (var i = 0; i < 5; i++)
        {
            _figures.Send();
        }

        _figures.Acknowledge();
        _figures.Acknowledge();
        _figures.Fail();
        _figures.Restart("gone");
        Assert.Equal(4, inFlight.Records);
        Assert.Equal(
            new Dictionary<string, long>
            {
                ["shipping.sent"] = 5,
                ["shipping.acknowledged"] = 2,
                ["shipping.outstanding"] = 4,
                ["shipping.failures"] = 1,
                ["shipping.restarts"] = 1,
            },
            MeasuredFigures.Read([_figures]));
        Assert.Equal(
            MeasuredFigures.Read([_figures]).ToDictionary(figure => "linktracker." + figure.Key, figure => figure.Value), metrics.Collect());
    }

    [Fact]
    public async Task Health_is_degraded_when_kafka_owes_an_answer_for_ten_seconds_and_healthy_with_the_next_one()
    {
        using var file = new ShippedFile(_folder, 1, new LogDisk());
        _clock.Advance(TimeSpan.FromMinutes(1));
        var inFlight = Open(file, records: 1);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var health = await HealthAsync();
        Assert.Equal((HealthStatus.Degraded, "Kafka has not answered for 11 s; clicks wait in the log."), (health.Status, health.Description));

        _figures.Acknowledge();
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
        inFlight.TakeAcknowledged();
        _figures.Follow(null);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
    }

    [Fact]
    public async Task What_stopped_shipping_is_told_until_it_goes_on()
    {
        _figures.Restart("The topic is not ours.");
        Assert.Equal("The topic is not ours.", (await HealthAsync()).Description);
        _figures.Follow(new InFlight { Capacity = 1 });
        _figures.Acknowledge();
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync()).Status);
        _figures.Recover();
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private InFlight Open(ShippedFile file, int records)
    {
        var inFlight = new InFlight { Capacity = 10 };
        _figures.Follow(inFlight);
        _figures.Open();
        inFlight.Add(new OutstandingSlice(file, new ClickPosition(0, 1, 1, 100), [.. Enumerable.Range(0, records)]));
        return inFlight;
    }

    private Task<HealthCheckResult> HealthAsync() => new ShippingHealth(_figures).CheckHealthAsync(new HealthCheckContext());
}
