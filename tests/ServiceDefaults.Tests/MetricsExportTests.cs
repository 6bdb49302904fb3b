using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LinkTracker.ServiceDefaults.Tests;

public sealed class MetricsExportTests
{
    [Fact]
    public async Task Figures_reach_the_collector_at_the_latest_when_the_process_stops()
    {
        var received = new TaskCompletionSource<string>();
        await using var collector = await RunningService.StartAsync(_ => { }, app => app.MapPost("/v1/metrics", async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
            received.TrySetResult(await reader.ReadToEndAsync());
        }));

        using var meter = new Meter("LinkTracker.Test");
        using var other = new Meter("Other.Test");
        await using (await RunningService.StartAsync(
            _ => { },
            _ => { },
            "--OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.Client.BaseAddress,
            "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"))
        {
            meter.CreateCounter<long>("linktracker.test.clicks").Add(1);
            other.CreateCounter<long>("other.clicks").Add(1);
        }

        var body = await received.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("linktracker.test.clicks", body, StringComparison.Ordinal);
        Assert.Contains("service.name", body, StringComparison.Ordinal);
        Assert.DoesNotContain("other.clicks", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("collector")]
    [InlineData("ftp://collector")]
    public async Task An_address_that_is_none_is_a_wrong_setting(string endpoint)
    {
        var error = await Assert.ThrowsAsync<SettingsException>(() => RunningService.StartAsync(_ => { }, _ => { }, "--OTEL_EXPORTER_OTLP_ENDPOINT=" + endpoint));
        Assert.StartsWith("OTEL_EXPORTER_OTLP_ENDPOINT must be", error.Message, StringComparison.Ordinal);
    }
}
