namespace LinkTracker.Aggregator.Webhooks;

/// <summary>What a client sends to make or change a webhook.</summary>
internal sealed class WebhookRequest
{
    public string? Name { get; set; }

    public string? Url { get; set; }

    public string[]? Triggers { get; set; }

    public bool? Disabled { get; set; }
}

/// <param name="Secret">Shown once, in the answer that made it; null otherwise.</param>
/// <param name="PreviousSecretUntil">Until then the secret before signs too.</param>
/// <param name="DisabledReason"><c>operator</c>, or <c>gone</c>: its server answered 410.</param>
internal sealed record WebhookAnswer(
    string Id,
    string Name,
    string Url,
    IReadOnlyList<string> Triggers,
    string? Secret,
    string? PreviousSecretUntil,
    string? DisabledAt,
    string? DisabledReason,
    string CreatedAt);

/// <param name="MessageId">The header <c>webhook-id</c>: the same in every attempt, and for every webhook that is told the same.</param>
/// <param name="State"><c>waiting</c>, <c>delivered</c> or <c>failed</c>: all attempts did.</param>
/// <param name="NextAttemptAt">Null for what does not wait.</param>
/// <param name="Status">HTTP status of the last answer.</param>
/// <param name="Error">Why there was none.</param>
internal sealed record DeliveryAnswer(
    string Id, string MessageId, string Type, string State, int Attempts, string? NextAttemptAt, string? TriedAt, int? Status, string? Error, string CreatedAt, string Body);
