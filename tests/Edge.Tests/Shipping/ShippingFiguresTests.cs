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
    private readonly ShippingFigures _figures = new();

    [Fact]
    public void Every_figure_of_the_section_is_a_metric_with_the_same_value()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var metrics = new MeasuredFigures(meters);
        _ = new ShippingMetrics(meters, _figures);
        using var file = new ShippedFile(_folder, 1, new LogDisk());
        var inFlight = Follow();
        inFlight.Add(Slice(file, 100, records: 4));
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
        var inFlight = Follow();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var slice = Slice(file, 100, records: 1);
        inFlight.Add(slice);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var health = await HealthAsync();
        Assert.Equal(
            (HealthStatus.Degraded, "Kafka has not answered for 11 s, at least in one partition; clicks wait in the log."), (health.Status, health.Description));

        inFlight.Acknowledge(slice);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
    }

    [Fact]
    public async Task Health_is_degraded_when_one_partition_is_stuck_though_others_go_on()
    {
        using var file = new ShippedFile(_folder, 1, new LogDisk());
        var inFlight = Follow();
        inFlight.Add(Slice(file, 100, records: 1));
        for (var second = 0; second < 11; second++)
        {
            var other = Slice(file, 200 + second, records: 1);
            inFlight.Add(other);
            _clock.Advance(TimeSpan.FromSeconds(1));
            inFlight.Acknowledge(other);
            _figures.Acknowledge();
        }

        Assert.Equal(HealthStatus.Degraded, (await HealthAsync()).Status);
    }

    [Fact]
    public async Task A_long_queue_that_moves_is_no_trouble()
    {
        using var file = new ShippedFile(_folder, 1, new LogDisk());
        var inFlight = Follow();
        var slices = Enumerable.Range(1, 5).Select(i => Slice(file, 100 * i, records: 1)).ToList();
        slices.ForEach(inFlight.Add);
        foreach (var slice in slices)
        {
            _clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
            inFlight.Acknowledge(slice);
        }
    }

    [Fact]
    public async Task What_stopped_shipping_is_told_until_it_goes_on()
    {
        _figures.Restart("The topic is not ours.");
        Assert.Equal("The topic is not ours.", (await HealthAsync()).Description);
        _figures.Follow(new InFlight(_clock) { Capacity = 1 });
        _figures.Acknowledge();
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync()).Status);
        _figures.Recover();
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private InFlight Follow()
    {
        var inFlight = new InFlight(_clock) { Capacity = 100 };
        _figures.Follow(inFlight);
        return inFlight;
    }

    private static OutstandingSlice Slice(ShippedFile file, long end, int records) =>
        new(file, new ClickPosition(0, 1, 1, end), [.. Enumerable.Range(0, records)]);

    private Task<HealthCheckResult> HealthAsync() => new ShippingHealth(_figures).CheckHealthAsync(new HealthCheckContext());
}
