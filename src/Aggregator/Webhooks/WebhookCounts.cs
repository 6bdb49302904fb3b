using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>How many webhooks there are, and messages for them.</summary>
internal sealed class WebhookCounts
{
    public long Enabled { get; set; }

    public long Waiting { get; set; }

    public long Retried { get; set; }

    public long Failed { get; set; }

    public static WebhookCounts Read(Session session) => session.First<WebhookCounts>(
        """
        SELECT
            (SELECT COUNT(*) FROM webhooks WHERE disabled_at IS NULL) AS enabled,
            (SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'waiting') AS waiting,
            (SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'waiting' AND attempts > 0) AS retried,
            (SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'failed') AS failed
        """)!;
}
