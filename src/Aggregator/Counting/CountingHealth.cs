using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Counting;

/// <summary>Whether counting goes on. Redirects and the API do not depend on it, so its failure degrades the service only.</summary>
internal sealed class CountingHealth : IHealthCheck
{
    private volatile string? _failure;

    /// <summary>What failed last; null while counting goes on.</summary>
    public string? Failure => _failure;

    public void Works() => _failure = null;

    public void Fails(Exception exception) => _failure = exception.GetType().Name;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_failure is { } failure
            ? HealthCheckResult.Degraded($"Counting failed ({failure}) and is being tried again; clicks wait in the log meanwhile.")
            : HealthCheckResult.Healthy());
}
