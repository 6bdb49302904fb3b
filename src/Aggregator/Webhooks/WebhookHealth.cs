using LinkTracker.Aggregator.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>Names the webhooks that do not take what they are told. They keep nothing else from working.</summary>
internal sealed class WebhookHealth(Database database) : IHealthCheck
{
    // One failure may be a receiver that is being restarted.
    private const int FewestAttempts = 2;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failing = database.TryRead(session => session.Query<long>(
            """
            SELECT w.id FROM webhooks w
            WHERE w.disabled_reason = 'gone'
                OR (w.disabled_at IS NULL AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.attempts > 0 AND d.attempts >= @FewestAttempts))
            ORDER BY w.id
            """,
            new { FewestAttempts })) ?? [];
        return Task.FromResult(failing.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Webhooks do not take what they are told: {string.Join(", ", failing.Select(id => EntityId.Format(EntityId.Webhook, id)))}; their deliveries say why."));
    }
}
