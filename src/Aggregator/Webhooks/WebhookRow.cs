using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>A row of <c>webhooks</c>.</summary>
internal sealed class WebhookRow
{
    public long Id { get; set; }

    public string Name { get; set; } = "";

    public string Url { get; set; } = "";

    /// <summary>Types of events, with spaces between.</summary>
    public string Triggers { get; set; } = "";

    public string Secret { get; set; } = "";

    public string? PreviousSecret { get; set; }

    public long? PreviousUntil { get; set; }

    public long? DisabledAt { get; set; }

    public string? DisabledReason { get; set; }

    public long CreatedAt { get; set; }

    /// <summary>What signs at this time, the newest first.</summary>
    public IEnumerable<string> SecretsAt(long nowMs) => PreviousSecret is { } previous && PreviousUntil > nowMs ? [Secret, previous] : [Secret];

    /// <param name="isSecretShown">Only in the answer to what made the secret.</param>
    public WebhookAnswer ToAnswer(bool isSecretShown = false) => new(
        EntityId.Format(EntityId.Webhook, Id),
        Name,
        Url,
        Triggers.Split(' '),
        isSecretShown ? Secret : null,
        Fields.Time(PreviousUntil),
        Fields.Time(DisabledAt),
        DisabledReason,
        Fields.Time(CreatedAt));
}
