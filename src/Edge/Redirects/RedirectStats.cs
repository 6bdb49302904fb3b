using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Redirects;

/// <summary>Redirects and the link table in <c>GET /stats</c>.</summary>
internal sealed class RedirectStats(EdgeMetrics metrics, LinkTable links, LinkSupply supply) : IStatsSection
{
    public string Name => "redirects";

    public object Read() => new
    {
        redirected = metrics.Total(RedirectOutcome.Redirect),
        notFound = metrics.Total(RedirectOutcome.NotFound),
        expired = metrics.Total(RedirectOutcome.Expired),
        loading = metrics.Total(RedirectOutcome.Loading),
        refused = metrics.TotalRefused,
        handedOver = metrics.HandedOver,
        links = links.Count,
        linksLoaded = links.IsLoaded,
        linksRefused = links.Refused,
        linksStale = supply.IsStale,
        linksUnreadable = supply.Unreadable,
        linkBytesLost = links.LostBytes,
        linkMemoryBytes = links.Bytes,
        linkTableRebuilds = links.Rebuilds,
    };
}
