using System.Text.Json.Serialization;

namespace LinkTracker.Aggregator.Links;

/// <summary>A link on the wire. Every key is always there: clients refuse a link that lacks one.</summary>
internal sealed record LinkResponse
{
    public required string Id { get; init; }

    public required string Domain { get; init; }

    public required string Key { get; init; }

    /// <summary>Keys that the link had before and that still lead to it, the newest first.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    public required string Url { get; init; }

    public required string ShortLink { get; init; }

    public required string QrCode { get; init; }

    public required string? ExternalId { get; init; }

    public required string? TenantId { get; init; }

    public required string? ProgramId { get; init; }

    public required string? PartnerId { get; init; }

    public required bool TrackConversion { get; init; }

    public required bool Archived { get; init; }

    public required bool Disabled { get; init; }

    public required string? DisabledAt { get; init; }

    /// <summary><c>partner_banned</c> or <c>partner_deactivated</c> while that is why.</summary>
    public required string? DisabledReason { get; init; }

    public required int RedirectStatus { get; init; }

    public required string QueryPolicy { get; init; }

    public required string? Channel { get; init; }

    public required string? ExpiresAt { get; init; }

    public required string? ExpiredUrl { get; init; }

    public required string? Title { get; init; }

    public required string? Description { get; init; }

    public required string? Image { get; init; }

    public required string? Video { get; init; }

    public required string? Comments { get; init; }

    public required bool DoIndex { get; init; }

    public required bool PublicStats { get; init; }

    [JsonPropertyName("utm_source")]
    public required string? UtmSource { get; init; }

    [JsonPropertyName("utm_medium")]
    public required string? UtmMedium { get; init; }

    [JsonPropertyName("utm_campaign")]
    public required string? UtmCampaign { get; init; }

    [JsonPropertyName("utm_term")]
    public required string? UtmTerm { get; init; }

    [JsonPropertyName("utm_content")]
    public required string? UtmContent { get; init; }

    public required string WorkspaceId { get; init; }

    public required string ProjectId { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    /// <summary>Valid clicks.</summary>
    public required long Clicks { get; init; }

    public required string? LastClicked { get; init; }

    public required long Leads { get; init; }

    /// <summary>Customers with at least one sale.</summary>
    public required long Conversions { get; init; }

    public required long Sales { get; init; }

    /// <summary>Minor units, of the sales in the reporting currency.</summary>
    public required long SaleAmount { get; init; }

    // Of the contract, but without behaviour in this version.
    public string? UserId { get; init; }

    public string? FolderId { get; init; }

    public string? TagId { get; init; }

    public string? Password { get; init; }

    public string? Ios { get; init; }

    public string? Android { get; init; }

    public IReadOnlyDictionary<string, string>? Geo { get; init; }

    public bool Proxy { get; init; }

    public bool Rewrite { get; init; }

    public IReadOnlyList<LinkTag> Tags { get; init; } = [];

    public IReadOnlyList<string> WebhookIds { get; init; } = [];

    public IReadOnlyList<LinkTestVariant>? TestVariants { get; init; }

    public string? TestStartedAt { get; init; }

    public string? TestCompletedAt { get; init; }
}

/// <summary>The short form of a link in the answer of a lead.</summary>
internal sealed record LinkSummary(
    string Id, string Domain, string Key, string ShortLink, string Url, string? PartnerId, string? ProgramId, string? TenantId, string? ExternalId);

/// <param name="Color">red, yellow, green, blue, purple, brown, gray or pink.</param>
internal sealed record LinkTag(string Id, string Name, string Color);

internal sealed record LinkTestVariant(string Url, int Percentage);

internal sealed record DeletedLink(string Id);

internal sealed record DeletedLinks(long DeletedCount);
