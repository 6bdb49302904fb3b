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

    /// <summary>Of its secret, from 1; see <see cref="WebhookSecrets"/>.</summary>
    public long Generation { get; set; } = 1;

    /// <summary>Until then the generation before signs too.</summary>
    public long? PreviousUntil { get; set; }

    public long? DisabledAt { get; set; }

    public string? DisabledReason { get; set; }

    public long CreatedAt { get; set; }

    /// <param name="secret">Only in the answer to what made it.</param>
    public WebhookAnswer ToAnswer(string? secret = null) => new(
        EntityId.Format(EntityId.Webhook, Id),
        Name,
        Url,
        Triggers.Split(' '),
        secret,
        Fields.Time(PreviousUntil),
        Fields.Time(DisabledAt),
        DisabledReason,
        Fields.Time(CreatedAt));
}
