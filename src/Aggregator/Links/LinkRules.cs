using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Links;

/// <summary>
/// What a client may put into a link: checks each field that was sent and writes it into the row. Fields left out keep
/// what the row has. Touches no store, so that an import can check a million rows with the same rules.
/// </summary>
internal sealed class LinkRules(Settings settings, Installation installation)
{
    // A target there could lead back to a short link, or hand the API's pages to visitors; also past the proxy, by the port itself.
    private readonly string[] _ownHosts =
        [.. settings.ShortHosts, settings.AggregatorUrl.Authority, $"{settings.ShortUrl.Host}:{settings.AggregatorUrl.Port}"];

    /// <exception cref="ApiError">Naming the field. The row is then half changed and must be thrown away.</exception>
    public void Apply(Body<LinkRequest> body, LinkRow row, long nowMs)
    {
        var sent = body.Value;
        if (sent.Unsupported() is { } field)
        {
            throw ApiError.Unprocessable($"{field}: not supported by this version; leave it out.");
        }

        ApplyPlace(body, row);
        ApplyTarget(body, row);
        ApplyBehaviour(body, row, nowMs);
        ApplyOwners(body, row);
        ApplyTexts(body, row);
        row.UpdatedAt = nowMs;
    }

    /// <summary>The text as a target in its canonical form.</summary>
    public string Target(string? url, string field)
    {
        var text = url ?? throw ApiError.Unprocessable($"{field}: is needed.");
        return TargetUrl.TryCanonicalise(text, _ownHosts, out var canonical, out var error)
            ? canonical
            : throw ApiError.Unprocessable($"{field}: {error}");
    }

    public static void SetKey(LinkRow row, string key)
    {
        if (!LinkKey.IsValid(key, out var error))
        {
            throw ApiError.Unprocessable($"key: {error}");
        }

        row.Key = key;
        row.KeyFolded = ShortCode.Normalise(key);
    }

    /// <summary>The first 64 bits of the url's SHA-256, by which it is looked up.</summary>
    public static long HashOf(string url) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(url)));

    private void ApplyPlace(Body<LinkRequest> body, LinkRow row)
    {
        if (body.Value.Domain is { Length: > 0 } domain && !domain.Equals(row.Domain, StringComparison.OrdinalIgnoreCase))
        {
            row.Domain = domain.Equals(settings.DefaultDomain, StringComparison.OrdinalIgnoreCase)
                ? settings.DefaultDomain
                : throw ApiError.Forbidden($"domain: {domain} is not a domain of this installation; it has {settings.DefaultDomain}.");
        }

        row.Domain = row.Domain.Length == 0 ? settings.DefaultDomain : row.Domain;
        if (!string.IsNullOrEmpty(body.Value.Key))
        {
            SetKey(row, body.Value.Key);
        }
    }

    private void ApplyTarget(Body<LinkRequest> body, LinkRow row)
    {
        var sent = body.Value;
        if (!body.Has("url") && row.Url.Length > 0 && !Tags.Any(tag => body.Has(tag.Name)) && !body.Has("ref"))
        {
            return;
        }

        var url = body.Has("url") || row.Url.Length == 0 ? Target(sent.Url, "url") : row.Url;
        foreach (var (name, request, get, set) in Tags)
        {
            // A tag that was sent is set or removed; one kept from before only fills a gap that a new target leaves.
            var value = body.Has(name) ? Fields.Text(request(sent), name, 190) : Fields.Plain(TargetQuery.Get(url, name), name) ?? get(row);
            url = value == TargetQuery.Get(url, name) ? url : TargetQuery.Set(url, name, value);
            set(row, value);
        }

        url = body.Has("ref") ? TargetQuery.Set(url, "ref", Fields.Text(sent.Ref, "ref", 190)) : url;
        row.Url = Target(url, "url");
        row.UrlHash = HashOf(row.Url);
    }

    private void ApplyBehaviour(Body<LinkRequest> body, LinkRow row, long nowMs)
    {
        var sent = body.Value;
        row.TrackConversion = sent.TrackConversion ?? (row.TrackConversion || !string.IsNullOrEmpty(sent.PartnerId));
        row.Archived = sent.Archived ?? row.Archived;
        row.DoIndex = sent.DoIndex ?? row.DoIndex;
        row.PublicStats = sent.PublicStats ?? row.PublicStats;
        row.DisabledAt = sent.Disabled switch
        {
            true => row.DisabledAt ?? nowMs,
            false => null,
            null => row.DisabledAt,
        };
        row.DisabledReason = row.DisabledAt is null ? null : row.DisabledReason;
        if (sent.RedirectStatus is { } status)
        {
            row.RedirectStatus = status is 301 or 302 or 307 or 308
                ? status
                : throw ApiError.Unprocessable("redirectStatus: must be 301, 302, 307 or 308.");
        }

        if (sent.QueryPolicy is { } policy)
        {
            row.QueryPolicy = Fields.OneOf(policy, "queryPolicy", "keep", "override", "none");
        }

        if (body.Has("expiresAt"))
        {
            row.ExpiresAt = Fields.Time(sent.ExpiresAt, "expiresAt");
        }

        if (body.Has("expiredUrl"))
        {
            row.ExpiredUrl = string.IsNullOrEmpty(sent.ExpiredUrl) ? null : Target(sent.ExpiredUrl, "expiredUrl");
        }

        if (body.Has("channel"))
        {
            row.Channel = Fields.Text(sent.Channel, "channel", ClickCodec.MaxChannel);
            if (row.Channel is not null && Encoding.UTF8.GetByteCount(row.Channel) > ClickCodec.MaxChannel)
            {
                throw ApiError.Unprocessable($"channel: at most {ClickCodec.MaxChannel} bytes.");
            }
        }
    }

    private void ApplyOwners(Body<LinkRequest> body, LinkRow row)
    {
        var sent = body.Value;
        if (body.Has("programId"))
        {
            row.ProgramId = ProgramOf(sent.ProgramId);
        }

        if (body.Has("partnerId"))
        {
            row.PartnerId = string.IsNullOrEmpty(sent.PartnerId) ? null
                : EntityId.TryParse(EntityId.Partner, sent.PartnerId, out var partner) ? partner
                : throw UnknownPartner(sent.PartnerId);
        }

        if (body.Has("externalId"))
        {
            row.ExternalId = Fields.Text(sent.ExternalId, "externalId", 255);
        }

        if (body.Has("tenantId"))
        {
            row.TenantId = Fields.Text(sent.TenantId, "tenantId", 255);
        }
    }

    // The default program is nobody's choice: its links have none.
    private long? ProgramOf(string? id) =>
        string.IsNullOrEmpty(id) || id == installation.ProgramId ? null
        : EntityId.TryParse(EntityId.Program, id, out var program) ? program
        : throw UnknownProgram(id);

    public static ApiError UnknownProgram(string? id) => ApiError.Unprocessable($"programId: there is no program {id}.");

    public static ApiError UnknownPartner(string? id) => ApiError.Unprocessable($"partnerId: there is no partner {id}.");

    private static void ApplyTexts(Body<LinkRequest> body, LinkRow row)
    {
        var sent = body.Value;
        row.Title = body.Has("title") ? Fields.Text(sent.Title, "title", 500) : row.Title;
        row.Description = body.Has("description") ? Fields.Text(sent.Description, "description", 2_000) : row.Description;
        row.Image = body.Has("image") ? Fields.Text(sent.Image, "image", TargetUrl.MaxLength) : row.Image;
        row.Video = body.Has("video") ? Fields.Text(sent.Video, "video", TargetUrl.MaxLength) : row.Video;
        row.Comments = body.Has("comments") ? Fields.Text(sent.Comments, "comments", 5_000) : row.Comments;
    }

    private static readonly (string Name, Func<LinkRequest, string?> Request, Func<LinkRow, string?> Get, Action<LinkRow, string?> Set)[] Tags =
    [
        ("utm_source", sent => sent.UtmSource, row => row.UtmSource, (row, value) => row.UtmSource = value),
        ("utm_medium", sent => sent.UtmMedium, row => row.UtmMedium, (row, value) => row.UtmMedium = value),
        ("utm_campaign", sent => sent.UtmCampaign, row => row.UtmCampaign, (row, value) => row.UtmCampaign = value),
        ("utm_term", sent => sent.UtmTerm, row => row.UtmTerm, (row, value) => row.UtmTerm = value),
        ("utm_content", sent => sent.UtmContent, row => row.UtmContent, (row, value) => row.UtmContent = value),
    ];
}
