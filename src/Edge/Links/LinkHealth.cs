using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Links;

internal sealed class LinkHealth(LinkTable links, LinkSupply supply) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((links.IsLoaded, links.LostBytes, links.Refused, supply.Unreadable, supply.IsStale) switch
        {
            (false, _, _, _, _) => HealthCheckResult.Unhealthy("Links are still loading."),
            (_, > 0, _, _, _) => HealthCheckResult.Degraded($"{links.LostBytes} bytes of links left memory; the log says what to do."),
            (_, _, > 0, _, _) => HealthCheckResult.Degraded($"{links.Refused} changes of links were not taken in; the log says why."),
            (_, _, _, > 0, _) => HealthCheckResult.Degraded($"{supply.Unreadable} records of links could not be read; the log says why."),
            (_, _, _, _, true) => HealthCheckResult.Degraded("The topic of links cannot be read; redirects go by what was known before."),
            _ => HealthCheckResult.Healthy(),
        });
}
