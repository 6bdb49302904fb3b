using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Links;

/// <summary>A row of <c>links</c>. Times are Unix milliseconds.</summary>
internal class LinkRow
{
    public long Id { get; set; }

    public string Domain { get; set; } = "";

    public string Key { get; set; } = "";

    public string KeyFolded { get; set; } = "";

    public string Url { get; set; } = "";

    public long UrlHash { get; set; }

    public bool TrackConversion { get; set; }

    public int RedirectStatus { get; set; } = 302;

    /// <summary><c>keep</c>, <c>override</c> or <c>none</c>.</summary>
    public string QueryPolicy { get; set; } = "keep";

    public string? Channel { get; set; }

    public long? ExpiresAt { get; set; }

    public string? ExpiredUrl { get; set; }

    public long? DisabledAt { get; set; }

    /// <summary><c>partner_banned</c>, <c>partner_deactivated</c>; null when a person disabled it, or nobody did.</summary>
    public string? DisabledReason { get; set; }

    public bool Archived { get; set; }

    public string? ExternalId { get; set; }

    public string? TenantId { get; set; }

    public long? PartnerId { get; set; }

    /// <summary>Null: the default program.</summary>
    public long? ProgramId { get; set; }

    public string? Title { get; set; }

    public string? Description { get; set; }

    public string? Image { get; set; }

    public string? Video { get; set; }

    public string? Comments { get; set; }

    public bool DoIndex { get; set; }

    public bool PublicStats { get; set; }

    public string? UtmSource { get; set; }

    public string? UtmMedium { get; set; }

    public string? UtmCampaign { get; set; }

    public string? UtmTerm { get; set; }

    public string? UtmContent { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public long? DeletedAt { get; set; }

    /// <summary>Whether clicks on it are answered with the target at that time.</summary>
    public bool IsLive(long atMs) => DeletedAt is null && DisabledAt is null && !(ExpiresAt <= atMs);

    /// <summary>What an Edge needs of it.</summary>
    public LinkState ToState() => new()
    {
        Id = Id,
        Domain = Domain,
        Key = Key,
        Url = Url,
        TrackConversion = TrackConversion,
        ExpiresAt = ExpiresAt is { } expiresAt ? DateTimeOffset.FromUnixTimeMilliseconds(expiresAt) : null,
        ExpiredUrl = ExpiredUrl,
        Disabled = DisabledAt is not null,
        RedirectStatus = RedirectStatus,
        QueryPolicy = QueryPolicy switch
        {
            "override" => Contracts.Links.QueryPolicy.Override,
            "none" => Contracts.Links.QueryPolicy.None,
            _ => Contracts.Links.QueryPolicy.Keep,
        },
        Channel = Channel,
    };
}

/// <summary>A place with the link in it, if there is one.</summary>
internal sealed class Place : LinkRow
{
    public string PlaceDomain { get; set; } = "";

    public string PlaceKey { get; set; } = "";

    public long Version { get; set; }

    // An old key's state is that of its link, under the old key.
    public LinkChange ToChange() => new(Version, PlaceDomain, PlaceKey, Id == 0 ? null : ToState() with { Domain = PlaceDomain, Key = PlaceKey });
}
