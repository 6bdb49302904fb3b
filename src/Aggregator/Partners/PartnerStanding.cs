using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Partners;

/// <summary>Stops partners and lets them go on. What they earned before stays theirs; rewards look at the status by the time of it.</summary>
internal sealed class PartnerStanding(LinkStore links, TimeProvider clock)
{
    private const int LinksAtOnce = 500;

    /// <summary>Gives the partner a status, and its links with it: they are disabled, or those that were for this reason are not any more.</summary>
    /// <param name="reason">Of a ban.</param>
    public void Set(Session session, PartnerRow partner, string status, string? reason)
    {
        if ((partner.Status, partner.BanReason) == (status, reason))
        {
            return;
        }

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute(
            """
            UPDATE partners SET status_since = CASE WHEN status = @status THEN status_since ELSE @now END, status = @status, ban_reason = @reason
            WHERE id = @Id
            """,
            new { status, now, reason, partner.Id });
        session.Execute(
            "INSERT INTO partner_standings (partner_id, valid_from, status) VALUES (@Id, @from, @status) ON CONFLICT (partner_id, valid_from) DO UPDATE SET status = @status",
            new { partner.Id, from = Soonest.Change(session, now), status });
        var changed = status == PartnerStatus.Approved ? Enable(session, partner.Id, now) : Disable(session, partner.Id, "partner_" + status, now);
        foreach (var some in changed.Chunk(LinksAtOnce))
        {
            var aliases = LinkAliases.Of(session, [.. some.Select(link => link.Id)]);
            links.SetPlaces(session, [.. some.Select(link => new PlaceChange(link.Domain, link.Key, link.Id)), .. aliases.SelectMany(PlacesOf)]);
        }
    }

    private static IEnumerable<PlaceChange> PlacesOf(IGrouping<long, AliasRow> aliases) =>
        aliases.Where(alias => alias.HasPlace).Select(alias => new PlaceChange(alias.Domain, alias.Key, alias.LinkId));

    private static IReadOnlyList<LinkRow> Disable(Session session, long partner, string why, long now) => session.Query<LinkRow>(
        """
        UPDATE links SET disabled_at = COALESCE(disabled_at, @now), disabled_reason = @why, updated_at = @now
        WHERE partner_id = @partner AND deleted_at IS NULL AND (disabled_at IS NULL OR disabled_reason IS NOT NULL)
        RETURNING id, domain, key
        """,
        new { partner, why, now });

    private static IReadOnlyList<LinkRow> Enable(Session session, long partner, long now) => session.Query<LinkRow>(
        """
        UPDATE links SET disabled_at = NULL, disabled_reason = NULL, updated_at = @now
        WHERE partner_id = @partner AND deleted_at IS NULL AND disabled_reason IS NOT NULL
        RETURNING id, domain, key
        """,
        new { partner, now });
}
