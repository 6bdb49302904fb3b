using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Shipping;

/// <summary>Degraded while clicks cannot be sent. The Edge stays ready: it needs no Kafka to redirect and to record.</summary>
internal sealed class ShippingHealth(ShippingFigures figures) : IHealthCheck
{
    public const string Name = "shipping";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(figures.Trouble is { } trouble ? HealthCheckResult.Degraded(trouble) : HealthCheckResult.Healthy());
}
