using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Clicks;

/// <summary>Unhealthy while clicks are being declared lost.</summary>
internal sealed class ClickLogHealth(ClickLog log) : IHealthCheck
{
    public const string Name = "click_log";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(log.IsWritable
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("Clicks cannot be recorded and are declared lost.", log.Failure));
}
