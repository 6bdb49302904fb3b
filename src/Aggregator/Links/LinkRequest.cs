using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LinkTracker.Aggregator.Links;

/// <summary>The body of create, upsert and update. What each field means is with <see cref="LinkRules"/>.</summary>
internal sealed class LinkRequest
{
    [Required]
    public string? Url { get; set; }

    public string? Domain { get; set; }

    public string? Key { get; set; }

    /// <summary>On a change of <see cref="Key"/>: whether the old one still leads to the link; true unless given.</summary>
    public bool? KeepOldKey { get; set; }

    public int? KeyLength { get; set; }

    public string? Prefix { get; set; }

    public string? ExternalId { get; set; }

    public string? TenantId { get; set; }

    public string? ProgramId { get; set; }

    public string? PartnerId { get; set; }

    public bool? TrackConversion { get; set; }

    public bool? Archived { get; set; }

    public bool? Disabled { get; set; }

    public int? RedirectStatus { get; set; }

    public string? QueryPolicy { get; set; }

    public string? Channel { get; set; }

    public string? ExpiresAt { get; set; }

    public string? ExpiredUrl { get; set; }

    public string? Title { get; set; }

    public string? Description { get; set; }

    public string? Image { get; set; }

    public string? Video { get; set; }

    public string? Comments { get; set; }

    public bool? DoIndex { get; set; }

    public bool? PublicStats { get; set; }

    [JsonPropertyName("utm_source")]
    public string? UtmSource { get; set; }

    [JsonPropertyName("utm_medium")]
    public string? UtmMedium { get; set; }

    [JsonPropertyName("utm_campaign")]
    public string? UtmCampaign { get; set; }

    [JsonPropertyName("utm_term")]
    public string? UtmTerm { get; set; }

    [JsonPropertyName("utm_content")]
    public string? UtmContent { get; set; }

    public string? Ref { get; set; }

    // Of the contract, but without behaviour in this version: only null, false and empty are taken.
    public JsonElement? Password { get; set; }

    public JsonElement? Ios { get; set; }

    public JsonElement? Android { get; set; }

    public JsonElement? Geo { get; set; }

    public JsonElement? Proxy { get; set; }

    public JsonElement? Rewrite { get; set; }

    public JsonElement? TestVariants { get; set; }

    public JsonElement? TestStartedAt { get; set; }

    public JsonElement? TestCompletedAt { get; set; }

    public JsonElement? WebhookIds { get; set; }

    public JsonElement? TagId { get; set; }

    public JsonElement? TagIds { get; set; }

    public JsonElement? TagNames { get; set; }

    public JsonElement? FolderId { get; set; }

    /// <summary>The first field that asks for what this version cannot do.</summary>
    public string? Unsupported() => new (string Name, JsonElement? Value)[]
    {
        ("password", Password), ("ios", Ios), ("android", Android), ("geo", Geo), ("proxy", Proxy), ("rewrite", Rewrite),
        ("testVariants", TestVariants), ("testStartedAt", TestStartedAt), ("testCompletedAt", TestCompletedAt),
        ("webhookIds", WebhookIds), ("tagId", TagId), ("tagIds", TagIds), ("tagNames", TagNames), ("folderId", FolderId),
    }.FirstOrDefault(field => field.Value is { } value && !IsBlank(value)).Name;

    private static bool IsBlank(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
