using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>What was or is to be sent to webhooks, and how that went.</summary>
internal static class DeliveryStore
{
    /// <summary>What is due of one webhook, the oldest first.</summary>
    public static IReadOnlyList<DeliveryRow> Due(Session session, long webhook, long nowMs, int most) => session.Query<DeliveryRow>(
        """
        SELECT d.id, d.webhook_id, d.message_id, d.attempts, m.type, m.body, m.created_at
        FROM (SELECT * FROM webhook_deliveries WHERE webhook_id = @webhook AND state = 'waiting' AND due_at <= @nowMs ORDER BY due_at, id LIMIT @most) d
            JOIN webhook_messages m ON m.id = d.message_id
        ORDER BY d.due_at, d.id
        """,
        new { webhook, nowMs, most });

    public static bool IsDue(Session session, long webhook, long nowMs) => session.First<long>(
        "SELECT COUNT(*) FROM (SELECT id FROM webhook_deliveries WHERE webhook_id = @webhook AND state = 'waiting' AND due_at <= @nowMs ORDER BY due_at, id LIMIT 1) d",
        new { webhook, nowMs }) > 0;

    /// <summary>Keeps how an attempt ended, and when the next one is; unless somebody began the attempts again meanwhile.</summary>
    public static void Record(Session session, DeliveryRow row, Attempt attempt, long nowMs)
    {
        var tried = row.Attempts + 1;
        var pause = attempt.IsDelivered ? null : RetrySchedule.After(tried);
        session.Execute(
            """
            UPDATE webhook_deliveries SET state = @state, attempts = @tried, due_at = @due, tried_at = @nowMs, status = @Status, error = @Error
            WHERE id = @Id AND state = 'waiting' AND attempts = @Attempts
            """,
            new
            {
                row.Id,
                state = attempt.IsDelivered ? "delivered" : pause is null ? "failed" : "waiting",
                row.Attempts,
                tried,
                due = nowMs + (long)(pause?.TotalMilliseconds ?? 0),
                nowMs,
                attempt.Status,
                attempt.Error,
            });
        if (attempt.IsGone)
        {
            WebhookStore.DisableGone(session, row.WebhookId, nowMs);
        }
    }

    /// <summary>Of one webhook, the newest first.</summary>
    public static IReadOnlyList<DeliveryRow> List(Session session, long webhook, Page page) => page.Arrange(session.Query<DeliveryRow>(
        $"""
        SELECT d.*, m.type, m.body, m.created_at FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
        WHERE d.webhook_id = @webhook{page.Condition("d.id")}{page.Order("d.id")}
        """,
        new { webhook, page.Limit, page.Offset, page.After, page.Before }));

    /// <summary>Begins all attempts of a delivery again, now.</summary>
    /// <exception cref="ApiError">404 when the webhook has no such delivery, or it was so long ago that it was forgotten.</exception>
    public static DeliveryRow Retry(Session session, long webhook, string id, long nowMs)
    {
        EntityId.TryParse(EntityId.Delivery, id, out var number);
        session.Execute(
            "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, due_at = @nowMs WHERE id = @number AND webhook_id = @webhook", new { number, webhook, nowMs });
        return session.First<DeliveryRow>(
            """
            SELECT d.*, m.type, m.body, m.created_at FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id
            WHERE d.id = @number AND d.webhook_id = @webhook
            """,
            new { number, webhook }) ?? throw ApiError.NotFound($"The webhook has no delivery {id}.");
    }

    /// <summary>Forgets what was told before this time, whatever became of it. Some at a time.</summary>
    /// <returns>How many messages that were.</returns>
    public static int Forget(Session session, long beforeMs, int most)
    {
        var old = session.Query<long>("SELECT id FROM webhook_messages WHERE created_at < @beforeMs ORDER BY created_at LIMIT @most", new { beforeMs, most }).ToArray();
        if (old.Length > 0)
        {
            session.Execute($"DELETE FROM webhook_deliveries WHERE {session.In("message_id", "old")}", new { old });
            session.Execute($"DELETE FROM webhook_messages WHERE {session.In("id", "old")}", new { old });
        }

        return old.Length;
    }
}

/// <summary>A row of <c>webhook_deliveries</c> with its message.</summary>
internal sealed class DeliveryRow
{
    public long Id { get; set; }

    public long WebhookId { get; set; }

    public long MessageId { get; set; }

    public string State { get; set; } = "";

    public int Attempts { get; set; }

    public long DueAt { get; set; }

    public long? TriedAt { get; set; }

    public int? Status { get; set; }

    public string? Error { get; set; }

    public string Type { get; set; } = "";

    public string Body { get; set; } = "";

    public long CreatedAt { get; set; }

    /// <summary>The header <c>webhook-id</c>.</summary>
    public string WireMessageId => EntityId.Format(EntityId.Message, MessageId);

    public DeliveryAnswer ToAnswer() => new(
        EntityId.Format(EntityId.Delivery, Id), WireMessageId, Type, State, Attempts, State == "waiting" ? Fields.Time(DueAt) : null, Fields.Time(TriedAt), Status, Error,
        Fields.Time(CreatedAt), Body);
}
