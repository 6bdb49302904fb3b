using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Links;

internal sealed class LinkHealth(LinkTable links) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((links.IsLoaded, links.Refused) switch
        {
            (false, _) => HealthCheckResult.Unhealthy("Links are still loading."),
            (_, > 0) => HealthCheckResult.Degraded($"{links.Refused} changes of links were not taken in; the log says why."),
            _ => HealthCheckResult.Healthy(),
        });
}
