using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.ServiceDefaults.Tests;

public sealed class HealthAndStatsTests
{
    [Fact]
    public async Task A_living_process_answers_ok()
    {
        await using var service = await RunningService.StartAsync(_ => { }, app => app.MapHealth());
        Assert.Equal((HttpStatusCode.OK, "ok"), await service.GetAsync("/healthz"));
    }

    [Fact]
    public async Task A_process_is_ready_when_every_ready_check_says_so_and_tells_what_else_is_wrong()
    {
        var (result, other) = (HealthCheckResult.Unhealthy("links are loading"), HealthCheckResult.Unhealthy("no matter"));
        await using var service = await RunningService.StartAsync(
            builder => builder.Services.AddHealthChecks()
                .AddCheck("links", () => result, [HealthApi.ReadyTag])
                .AddCheck("log", () => HealthCheckResult.Degraded("nearly full"), [HealthApi.ReadyTag])
                .AddCheck("other", () => other),
            app => app.MapHealth());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"ready":false,"failing":{"links":"links are loading"},"degraded":{"log":"nearly full","other":"no matter"}}"""), await service.GetAsync("/readyz"));
        (result, other) = (HealthCheckResult.Healthy(), HealthCheckResult.Healthy());
        Assert.Equal((HttpStatusCode.OK, """{"ready":true,"failing":{},"degraded":{"log":"nearly full"}}"""), await service.GetAsync("/readyz"));
    }

    [Fact]
    public async Task A_check_that_throws_fails_without_the_text_of_its_exception()
    {
        await using var service = await RunningService.StartAsync(
            builder => builder.Services.AddHealthChecks()
                .AddCheck("links", () => throw new InvalidOperationException("hunter2"), [HealthApi.ReadyTag]),
            app => app.MapHealth());

        var (status, body) = await service.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.DoesNotContain("hunter2", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_hold_every_section_under_its_name_with_its_figures_of_now()
    {
        var offered = new Section("edge", 1);
        await using var service = await RunningService.StartAsync(
            builder => builder.Services.AddSingleton<IStatsSection>(offered).AddSingleton<IStatsSection>(new Section("counting", 2)),
            app => app.MapStats());

        Assert.Equal((HttpStatusCode.OK, """{"counting":{"value":2},"edge":{"value":1}}"""), await service.GetAsync("/stats"));
        offered.Value = 5;
        Assert.Contains(""""edge":{"value":5}"""", (await service.GetAsync("/stats")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_that_cannot_be_read_says_so_and_the_others_are_shown()
    {
        await using var service = await RunningService.StartAsync(
            builder => builder.Services.AddSingleton<IStatsSection>(new Away()).AddSingleton<IStatsSection>(new Section("edge", 1)),
            app => app.MapStats());

        Assert.Equal((HttpStatusCode.OK, """{"away":{"unavailable":true},"edge":{"value":1}}"""), await service.GetAsync("/stats"));
    }

    [Fact]
    public async Task Two_sections_of_one_name_stop_the_start() =>
        await Assert.ThrowsAsync<ArgumentException>(() => RunningService.StartAsync(
            builder => builder.Services.AddSingleton<IStatsSection>(new Section("edge", 1)).AddSingleton<IStatsSection>(new Section("edge", 2)),
            app => app.MapStats()));

    private sealed class Away : IStatsSection
    {
        public string Name => "away";

        public object? Read() => null;
    }

    private sealed class Section(string name, long value) : IStatsSection
    {
        public long Value { get; set; } = value;

        public string Name => name;

        public object Read() => new { Value };
    }
}
