using LinkTracker.Aggregator.Api;
using Microsoft.AspNetCore.Mvc;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>
/// The query parameters that choose clicks and conversions, the same for analytics and events. A text of values is
/// <c>US</c>, <c>US,BR</c>, or with a leading hyphen everything but those.
/// </summary>
internal class ReportRequest
{
    /// <summary>clicks, leads, sales; analytics also composite.</summary>
    public string? Event { get; set; }

    /// <summary>24h, 7d, 30d, 90d, 1y, mtd, qtd, ytd or all. Not used when start or end is given.</summary>
    public string? Interval { get; set; }

    /// <summary>ISO 8601. Without an offset it is local time of the time zone.</summary>
    public string? Start { get; set; }

    /// <summary>ISO 8601. A date alone includes that day.</summary>
    public string? End { get; set; }

    /// <summary>IANA name, such as Europe/London; UTC unless given.</summary>
    public string? Timezone { get; set; }

    public string? LinkId { get; set; }

    public string? ExternalId { get; set; }

    public string? Domain { get; set; }

    public string? Key { get; set; }

    public string? Url { get; set; }

    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }

    public string? ProgramId { get; set; }

    [FromQuery(Name = "utm_source")]
    public string? UtmSource { get; set; }

    [FromQuery(Name = "utm_medium")]
    public string? UtmMedium { get; set; }

    [FromQuery(Name = "utm_campaign")]
    public string? UtmCampaign { get; set; }

    [FromQuery(Name = "utm_term")]
    public string? UtmTerm { get; set; }

    [FromQuery(Name = "utm_content")]
    public string? UtmContent { get; set; }

    public string? Country { get; set; }

    public string? Continent { get; set; }

    public string? Device { get; set; }

    public string? Browser { get; set; }

    public string? Os { get; set; }

    /// <summary>Host of the referring page.</summary>
    public string? Referer { get; set; }

    /// <summary>Origin of the referring page, such as https://t.co; no more of it is kept.</summary>
    public string? RefererUrl { get; set; }

    public string? Channel { get; set; }

    /// <summary>link or qr.</summary>
    public string? Trigger { get; set; }

    /// <summary>Short for trigger=qr or trigger=link.</summary>
    public bool? Qr { get; set; }

    public string? City { get; set; }

    public string? Region { get; set; }

    public string? TagId { get; set; }

    public string? TagIds { get; set; }

    public string? FolderId { get; set; }

    public string? GroupId { get; set; }

    public string? PartnerTagId { get; set; }

    public string? CustomerId { get; set; }

    public string? SaleType { get; set; }

    public string? Root { get; set; }

    public string? Query { get; set; }

    /// <exception cref="ApiError">When a filter was sent that this version cannot apply: silently leaving it out would give a wrong number.</exception>
    public void RefuseUnsupported()
    {
        var asked = new[]
        {
            (nameof(City), City), (nameof(Region), Region), (nameof(TagId), TagId), (nameof(TagIds), TagIds), (nameof(FolderId), FolderId), (nameof(GroupId), GroupId),
            (nameof(PartnerTagId), PartnerTagId), (nameof(CustomerId), CustomerId), (nameof(SaleType), SaleType), (nameof(Root), Root), (nameof(Query), Query),
        }.FirstOrDefault(field => !string.IsNullOrEmpty(field.Item2)).Item1;
        if (asked is not null)
        {
            throw ApiError.Unprocessable($"{char.ToLowerInvariant(asked[0])}{asked[1..]}: not supported by this version; leave it out.");
        }
    }
}

internal sealed class AnalyticsRequest : ReportRequest
{
    /// <summary>By what the numbers are split; count unless given.</summary>
    public string? GroupBy { get; set; }
}

/// <summary>What may be asked about one partner.</summary>
internal sealed class PartnerAnalyticsRequest
{
    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }

    /// <summary>Null: all programs that are no test.</summary>
    public string? ProgramId { get; set; }

    /// <summary>count (the default), timeseries or top_links.</summary>
    public string? GroupBy { get; set; }

    public string? Interval { get; set; }

    public string? Start { get; set; }

    public string? End { get; set; }

    public string? Timezone { get; set; }

    public string? Query { get; set; }

    /// <summary>The report of clicks, leads and sales; 24 hours unless it says otherwise.</summary>
    public AnalyticsRequest ToReport(string partner) => new()
    {
        Event = "composite",
        PartnerId = partner,
        ProgramId = ProgramId,
        GroupBy = Fields.OneOf(string.IsNullOrEmpty(GroupBy) ? "count" : GroupBy, "groupBy", "count", "timeseries", "top_links"),
        Interval = Interval,
        Start = Start,
        End = End,
        Timezone = Timezone,
        Query = Query,
    };
}

internal sealed class EventsRequest : ReportRequest
{
    public int? Page { get; set; }

    /// <summary>Events on a page, 1 to 1,000.</summary>
    public int? Limit { get; set; }

    /// <summary>desc or asc.</summary>
    public string? SortOrder { get; set; }

    /// <summary>Older name of sortOrder.</summary>
    public string? Order { get; set; }

    /// <summary>timestamp, the only one there is.</summary>
    public string? SortBy { get; set; }

    /// <summary>For clicks: valid unless given, all, or one of the reasons head, prefetch, link_preview, bot, duplicate.</summary>
    public string? Disposition { get; set; }
}
