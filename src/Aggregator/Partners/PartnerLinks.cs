using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Partners;

/// <summary>Finds a link of a partner.</summary>
internal static class PartnerLinks
{
    /// <param name="linkId">As on the wire; null or empty: the partner's oldest.</param>
    /// <exception cref="ApiError">404 when there is none, 422 when it is somebody else's.</exception>
    public static LinkRow Get(Session session, PartnerRow partner, string? linkId)
    {
        var id = EntityId.Format(EntityId.Partner, partner.Id);
        if (string.IsNullOrEmpty(linkId))
        {
            return session.First<LinkRow>("SELECT * FROM links WHERE partner_id = @Id AND deleted_at IS NULL ORDER BY id LIMIT 1", new { partner.Id })
                ?? throw ApiError.NotFound($"Partner {id} has no link.");
        }

        return LinkStore.Get(session, linkId) is var link && link.PartnerId == partner.Id
            ? link
            : throw ApiError.Unprocessable($"linkId: this link is not one of partner {id}.");
    }
}
