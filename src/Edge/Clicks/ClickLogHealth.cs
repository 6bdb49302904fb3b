using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Unhealthy while the disk takes no clicks: another Edge may do better. Degraded while too many wait: all Edges share what they wait for.
/// </summary>
internal sealed class ClickLogHealth(ClickLog log) : IHealthCheck
{
    public const string Name = "click_log";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((log.IsOpen, log.IsWritable) switch
        {
            (false, _) => HealthCheckResult.Unhealthy("Clicks cannot be recorded and are declared lost.", log.Failure),
            (_, false) => HealthCheckResult.Degraded("The backlog has reached Edge__BacklogMiB: new clicks are declared lost until Kafka has taken some."),
            _ => HealthCheckResult.Healthy(),
        });
}
