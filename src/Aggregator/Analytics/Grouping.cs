using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

internal enum GroupKind
{
    None,
    Time,

    /// <summary>By a value of the click itself.</summary>
    Value,

    /// <summary>By the link, or by something of it.</summary>
    Link,
}

/// <summary>By what numbers are split.</summary>
/// <param name="Field">Name of the group in a row.</param>
/// <param name="Dimension">For <see cref="GroupKind.Value"/>.</param>
/// <param name="ValueOf">For <see cref="GroupKind.Value"/>: the group of a value; null: no group.</param>
/// <param name="LinkGroup">For <see cref="GroupKind.Link"/>: the group of a link; null: no group. Without it each link is its own.</param>
/// <param name="IsPartner">Leads and sales are grouped by the partner they were credited to, clicks by that of their link.</param>
internal sealed record Grouping(
    GroupKind Kind, string Field = "", Dimension Dimension = Dimension.Total, Func<string, string?>? ValueOf = null, Func<LinkRow, string?>? LinkGroup = null,
    bool IsPartner = false)
{
    private static readonly Dictionary<string, Grouping> Known = new()
    {
        ["count"] = new(GroupKind.None),
        ["timeseries"] = new(GroupKind.Time),
        ["countries"] = Value("country", Dimension.Country),
        ["continents"] = Value("continent", Dimension.Country) with { ValueOf = Continents.Of },
        ["devices"] = Value("device", Dimension.Device),
        ["browsers"] = Value("browser", Dimension.Browser),
        ["os"] = Value("os", Dimension.Os),
        ["trigger"] = Value("trigger", Dimension.Trigger),
        ["triggers"] = Value("trigger", Dimension.Trigger),
        ["referers"] = Value("referer", Dimension.Referrer) with { ValueOf = Channels.HostOf },
        ["referer_urls"] = Value("refererUrl", Dimension.Referrer),
        ["channels"] = Value("channel", Dimension.Channel),
        ["top_links"] = new(GroupKind.Link, "link"),
        ["top_urls"] = Link("url", link => link.Url),
        ["top_base_urls"] = Link("url", link => link.Url.Split('?', '#')[0]),
        ["top_domains"] = Link("domain", link => link.Domain),
        ["top_partners"] = Link("partnerId", link => EntityId.Format(EntityId.Partner, link.PartnerId)) with { IsPartner = true },
        ["utm_sources"] = Link("utm_source", link => link.UtmSource),
        ["utm_mediums"] = Link("utm_medium", link => link.UtmMedium),
        ["utm_campaigns"] = Link("utm_campaign", link => link.UtmCampaign),
        ["utm_terms"] = Link("utm_term", link => link.UtmTerm),
        ["utm_contents"] = Link("utm_content", link => link.UtmContent),
    };

    private static readonly HashSet<string> NotKept = ["regions", "cities", "top_folders", "top_link_tags", "top_groups", "top_partner_tags"];

    /// <exception cref="ApiError">422 for a name that is unknown, or known to the contract but without data here.</exception>
    public static Grouping Of(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return Known["count"];
        }

        return Known.TryGetValue(name, out var grouping) ? grouping
            : NotKept.Contains(name) ? throw ApiError.Unprocessable($"groupBy: no data is kept by which {name} could be told; use one of {Names}.")
            : throw ApiError.Unprocessable($"groupBy: must be one of {Names}.");
    }

    /// <summary>What a row may be named by.</summary>
    public static IEnumerable<string> Fields => Known.Values.Select(grouping => grouping.Field).Where(name => name.Length > 0).Distinct();

    private static string Names => string.Join(", ", Known.Keys);

    private static Grouping Value(string field, Dimension dimension) => new(GroupKind.Value, field, dimension);

    private static Grouping Link(string field, Func<LinkRow, string?> group) => new(GroupKind.Link, field, LinkGroup: group);
}
