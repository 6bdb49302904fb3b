using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Counting;

/// <summary>Whether counting goes on. Redirects and the API do not depend on it, so its failure degrades the service only.</summary>
internal sealed class CountingHealth : IHealthCheck
{
    private readonly ConcurrentDictionary<int, string> _failures = [];

    /// <summary>What failed last; null while counting goes on.</summary>
    public string? Failure => _failures.Values.FirstOrDefault();

    /// <param name="partition">0 where there is one only.</param>
    public void Works(int partition = 0) => _failures.TryRemove(partition, out _);

    /// <param name="exception">Why it is tried again.</param>
    /// <param name="partition">0 where there is one only.</param>
    public void Fails(Exception exception, int partition = 0) => _failures[partition] = exception.GetType().Name;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Failure is { } failure
            ? HealthCheckResult.Degraded($"Counting failed ({failure}) and is being tried again; clicks wait in the log meanwhile.")
            : HealthCheckResult.Healthy());
}
