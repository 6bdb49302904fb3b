using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Links;

internal sealed class LinkHealth(LinkTable links) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((links.IsLoaded, links.LostBytes, links.Refused) switch
        {
            (false, _, _) => HealthCheckResult.Unhealthy("Links are still loading."),
            (_, > 0, _) => HealthCheckResult.Degraded($"{links.LostBytes} bytes of links left memory; the log says what to do."),
            (_, _, > 0) => HealthCheckResult.Degraded($"{links.Refused} changes of links were not taken in; the log says why."),
            _ => HealthCheckResult.Healthy(),
        });
}
