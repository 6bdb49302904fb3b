using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Tests.Clicks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Tests.Shipping;

public sealed class BacklogBoundTests
{
    private const long Limit = 64 * 1024;

    private readonly FakeClock _clock = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Beyond_the_bound_clicks_are_declared_lost_and_recording_goes_on_once_the_backlog_has_shrunk(bool durable)
    {
        await using var rig = new LogRig { Clock = _clock, Durable = durable };
        var log = await FillAsync(rig);
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync(log)).Status);
        Assert.True(log.IsOpen);

        // Nobody waits for room that will not come: the clock stands still.
        await LogRig.RecordAsync(log, 1);
        Assert.Equal(1, log.Figures.Take().DroppedDeclared);
        Assert.False(log.Figures.Take().Writable);

        await LogRig.ReadAllAsync(log);
        log.CheckBacklog();
        Assert.True(log.IsWritable);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(log)).Status);
        await RecordAsync(log, durable, 2);
        var reading = await LogRig.ReadAllAsync(log, [.. log.Epochs.Select(epoch => new ClickPosition(0, epoch.Edge, epoch.Id, epoch.Progress.Released.Address))]);
        Assert.Equal([2L], reading.Numbers);
        Assert.Equal(1, log.Figures.Take().DroppedDeclared);
        LogRig.AssertBalanced(log);
    }

    [Fact]
    public async Task A_little_room_is_not_enough_so_that_it_does_not_flap()
    {
        await using var rig = new LogRig { Clock = _clock };
        var log = await FillAsync(rig);
        log.LimitBacklog(log.Epochs[^1].Durable + 1);
        log.CheckBacklog();
        Assert.False(log.IsWritable);
        log.LimitBacklog(2 * log.Epochs[^1].Durable);
        log.CheckBacklog();
        Assert.True(log.IsWritable);
    }

    [Fact]
    public async Task A_log_that_failed_meanwhile_stays_closed_and_a_new_one_is_bounded_too()
    {
        await using var rig = new LogRig { Clock = _clock };
        var log = await FillAsync(rig);
        var isBroken = true;
        rig.Fault = (action, path) =>
        {
            if (isBroken && action == DiskAction.Sync)
            {
                throw new IOException("no space");
            }
        };
        await UntilAsync(() => !log.IsOpen);
        Assert.Equal(HealthStatus.Unhealthy, (await HealthAsync(log)).Status);
        log.LimitBacklog(long.MaxValue);
        log.CheckBacklog();
        Assert.False(log.IsWritable);

        log.LimitBacklog(Limit);
        isBroken = false;
        await UntilAsync(() => log.IsOpen);
        log.CheckBacklog();
        Assert.False(log.IsWritable);
    }

    [Fact]
    public async Task Without_a_bound_nothing_is_ever_turned_away()
    {
        await using var rig = new LogRig { Clock = _clock };
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 2_000));
        log.CheckBacklog();
        Assert.True(log.IsWritable);
    }

    private async Task<ClickLog> FillAsync(LogRig rig)
    {
        var log = await rig.StartAsync();
        log.LimitBacklog(Limit);
        for (var i = 0; log.Epochs[^1].Durable <= Limit; i++)
        {
            await RecordAsync(log, rig.Durable, 100 + i);
        }

        Assert.True(log.IsWritable);
        log.CheckBacklog();
        Assert.False(log.IsWritable);
        return log;
    }

    // The buffered mode commits when its timer says so.
    private async Task RecordAsync(ClickLog log, bool durable, int number)
    {
        var durableUntil = log.Epochs[^1].Durable;
        await LogRig.RecordAsync(log, number);
        if (!durable)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            await Eventually.HoldsAsync("the click is committed", Eventually.Limit, () => Task.FromResult(log.Epochs[^1].Durable > durableUntil));
        }
    }

    private Task UntilAsync(Func<bool> fact) => Eventually.HoldsAsync("the log was closed or opened", Eventually.Limit, () =>
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return Task.FromResult(fact());
    });

    private static Task<HealthCheckResult> HealthAsync(ClickLog log) => new ClickLogHealth(log).CheckHealthAsync(new HealthCheckContext());
}
