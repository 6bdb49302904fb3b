using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Links;

/// <summary>Whether a partner may have a link.</summary>
internal static class LinkOwner
{
    /// <summary>Why the partner cannot have the link, naming the field; null when it can. One that was stopped keeps links that are disabled.</summary>
    public static string? FindFault(Session session, LinkRow row)
    {
        if (row.PartnerId is not { } partner)
        {
            return null;
        }

        var id = EntityId.Format(EntityId.Partner, partner);
        return session.First<string>("SELECT status FROM partners WHERE id = @partner", new { partner }) switch
        {
            null => LinkRules.UnknownPartner(id).Message,
            "approved" => null,
            _ when row.DisabledAt is not null => null,
            var status => $"partnerId: partner {id} is {status}, so its links stay disabled.",
        };
    }
}
