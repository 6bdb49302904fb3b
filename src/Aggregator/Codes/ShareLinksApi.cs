using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Codes;

/// <summary>One address and QR code for each channel, so that a click tells where it comes from though no browser says so.</summary>
internal sealed class ShareLinksApi(Database database, LinkPresenter links)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ShareLinksApi>(services);
        routes.MapGet("/partners/{id}/share-links", api.Get).WithTags("Codes").WithName("getShareLinks");
    }

    private ShareLinks Get(string id, string? linkId) => database.Read(session =>
    {
        var partner = PartnerStore.Get(session, id, null);
        var link = PartnerLinks.Get(session, partner, linkId);
        return new ShareLinks(
            EntityId.Format(EntityId.Link, link.Id), links.ShortLink(link), [.. ShareChannels.All.Select(channel => Of(link, channel))]);
    });

    private ShareLink Of(LinkRow link, string channel)
    {
        var address = $"{links.ShortLink(link)}?ch={channel}";
        return new ShareLink(channel, address, links.QrCode(address + "&qr=1"));
    }
}

internal sealed record ShareLinks(string LinkId, string ShortLink, IReadOnlyList<ShareLink> Channels);

/// <param name="QrCode">Address of a picture.</param>
internal sealed record ShareLink(string Channel, string Url, string QrCode);
