using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Links;

/// <param name="Clicks">Valid clicks.</param>
/// <param name="LastClickedAtMs">Unix milliseconds of the newest one.</param>
internal readonly record struct LinkClicks(long Clicks, long? LastClickedAtMs);

/// <summary>
/// Reads the clicks of some links; a link that is left out has none. The counts are in a store of their own, so
/// counting registers this and the API asks it.
/// </summary>
internal delegate IReadOnlyDictionary<long, LinkClicks> ReadLinkClicks(IReadOnlyCollection<long> links);

/// <summary>Turns rows into what clients see.</summary>
internal sealed class LinkPresenter(ReadLinkClicks readClicks, Settings settings, Installation installation)
{
    private static readonly ConversionTotals None = new();

    private readonly string _scheme = settings.ShortUrl.Scheme;
    private readonly string _api = settings.AggregatorUrl.GetLeftPart(UriPartial.Authority);

    public LinkResponse Present(Session session, LinkRow row) => Present(session, [row])[0];

    public IReadOnlyList<LinkResponse> Present(Session session, IReadOnlyList<LinkRow> rows)
    {
        long[] ids = [.. rows.Select(row => row.Id)];
        var clicks = readClicks(ids);
        var totals = ConversionTotals.OfLinks(session, ids, settings.Currency);
        var aliases = LinkAliases.Of(session, ids);
        return [.. rows.Select(row => Present(row, aliases[row.Id], clicks.GetValueOrDefault(row.Id), totals.GetValueOrDefault(row.Id, None)))];
    }

    public LinkSummary Summarise(LinkRow row) => new(
        EntityId.Format(EntityId.Link, row.Id), row.Domain, row.Key, ShortLink(row), row.Url,
        EntityId.Format(EntityId.Partner, row.PartnerId), ProgramOf(row), row.TenantId, row.ExternalId);

    /// <summary>The address people click. Keys may hold letters of any alphabet; an address may not.</summary>
    public string ShortLink(LinkRow row) =>
        $"{_scheme}://{row.Domain}/{string.Join('/', row.Key.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>The program on the wire. A link that names none and is nobody's is in none.</summary>
    public string? ProgramOf(LinkRow row) => EntityId.Format(EntityId.Program, row.ProgramId) ?? (row.PartnerId is null ? null : installation.ProgramId);

    private LinkResponse Present(LinkRow row, IEnumerable<AliasRow> aliases, LinkClicks clicks, ConversionTotals totals) => new()
    {
        Id = EntityId.Format(EntityId.Link, row.Id),
        Domain = row.Domain,
        Key = row.Key,
        Aliases = [.. aliases.Select(alias => alias.Key)],
        Url = row.Url,
        ShortLink = ShortLink(row),
        QrCode = $"{_api}/qr?url={ShortLink(row)}?qr=1",
        ExternalId = row.ExternalId,
        TenantId = row.TenantId,
        ProgramId = ProgramOf(row),
        PartnerId = EntityId.Format(EntityId.Partner, row.PartnerId),
        TrackConversion = row.TrackConversion,
        Archived = row.Archived,
        Disabled = row.DisabledAt is not null,
        DisabledAt = Api.Fields.Time(row.DisabledAt),
        DisabledReason = row.DisabledReason,
        RedirectStatus = row.RedirectStatus,
        QueryPolicy = row.QueryPolicy,
        Channel = row.Channel,
        ExpiresAt = Api.Fields.Time(row.ExpiresAt),
        ExpiredUrl = row.ExpiredUrl,
        Title = row.Title,
        Description = row.Description,
        Image = row.Image,
        Video = row.Video,
        Comments = row.Comments,
        DoIndex = row.DoIndex,
        PublicStats = row.PublicStats,
        UtmSource = row.UtmSource,
        UtmMedium = row.UtmMedium,
        UtmCampaign = row.UtmCampaign,
        UtmTerm = row.UtmTerm,
        UtmContent = row.UtmContent,
        WorkspaceId = installation.WorkspaceId,
        ProjectId = installation.WorkspaceId,
        CreatedAt = Api.Fields.Time(row.CreatedAt),
        UpdatedAt = Api.Fields.Time(row.UpdatedAt),
        Clicks = clicks.Clicks,
        LastClicked = Api.Fields.Time(clicks.LastClickedAtMs),
        Leads = totals.Leads,
        Conversions = totals.Conversions,
        Sales = totals.Sales,
        SaleAmount = totals.SaleAmount,
    };
}
