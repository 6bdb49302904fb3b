using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Links;

/// <summary>
/// Keys that links had before. Each still leads to its link and is nobody else's. Of those that look alike only one has a place, because an
/// Edge finds a form only while exactly one place has it; the others are found by that form.
/// </summary>
internal static class LinkAliases
{
    /// <summary>Counts codes beside the keys of links: old keys and discount codes.</summary>
    public const string LiveCodes = "live_codes";

    /// <summary>A change of a link is told for each of its places: so many more at most.</summary>
    public const int MaxOfLink = 100;

    /// <summary>The old keys of some links, the newest first.</summary>
    public static ILookup<long, AliasRow> Of(Session session, IReadOnlyCollection<long> links) =>
        (links.Count == 0 ? [] : session.Query<AliasRow>(
            $"SELECT * FROM link_aliases WHERE {session.In("link_id", "links")} ORDER BY created_at DESC, key", new { links = links.ToArray() }))
        .ToLookup(alias => alias.LinkId);

    /// <summary>Remembers the key that the link had, which is its own no longer.</summary>
    /// <exception cref="ApiError">422 when the link has too many already.</exception>
    public static void Keep(Session session, LinkRow row, string domain, string key, string folded, long nowMs)
    {
        if (session.First<long>("SELECT COUNT(*) FROM link_aliases WHERE link_id = @Id", new { row.Id }) >= MaxOfLink)
        {
            throw ApiError.Unprocessable($"key: this link has {MaxOfLink} old keys already; send keepOldKey false to give up the one that it has now.");
        }

        session.Execute(
            "INSERT INTO link_aliases (domain, key, key_folded, link_id, has_place, created_at) VALUES (@domain, @key, @folded, @Id, 0, @nowMs)",
            new { domain, key, folded, row.Id, nowMs });
        session.Add(LiveCodes, 1);
    }

    /// <summary>The link has this key again.</summary>
    public static void TakeBack(Session session, LinkRow row)
    {
        var taken = session.Execute("DELETE FROM link_aliases WHERE domain = @Domain AND key = @Key AND link_id = @Id", new { row.Domain, row.Key, row.Id });
        session.Add(LiveCodes, -taken);
    }

    /// <summary>Chooses which old keys have places, and tells what changed or stays: every place that leads to the link, and those that no longer do.</summary>
    public static IReadOnlyList<PlaceChange> Arrange(Session session, LinkRow row)
    {
        var places = new List<PlaceChange>();
        var forms = new HashSet<(string, string)> { (row.Domain, row.KeyFolded) };
        foreach (var alias in Of(session, [row.Id])[row.Id])
        {
            var isServed = forms.Add((alias.Domain, alias.KeyFolded));
            if (isServed != alias.HasPlace)
            {
                session.Execute(
                    "UPDATE link_aliases SET has_place = @served WHERE domain = @Domain AND key = @Key", new { served = isServed ? 1 : 0, alias.Domain, alias.Key });
            }

            if (isServed || alias.HasPlace)
            {
                places.Add(new PlaceChange(alias.Domain, alias.Key, isServed ? row.Id : null));
            }
        }

        places.Add(new PlaceChange(row.Domain, row.Key, row.Id));
        return places;
    }

    /// <summary>They die with their link.</summary>
    /// <returns>The places that are empty now.</returns>
    public static IEnumerable<PlaceChange> Delete(Session session, LinkRow row)
    {
        var aliases = session.Query<AliasRow>("DELETE FROM link_aliases WHERE link_id = @Id RETURNING *", new { row.Id });
        session.Add(LiveCodes, -aliases.Count);
        return aliases.Where(alias => alias.HasPlace).Select(alias => new PlaceChange(alias.Domain, alias.Key, null));
    }
}

/// <summary>A row of <c>link_aliases</c>.</summary>
internal sealed class AliasRow
{
    public string Domain { get; set; } = "";

    public string Key { get; set; } = "";

    public string KeyFolded { get; set; } = "";

    public long LinkId { get; set; }

    public bool HasPlace { get; set; }

    public long CreatedAt { get; set; }
}

/// <param name="Link">What is there now; null: nothing.</param>
internal readonly record struct PlaceChange(string Domain, string Key, long? Link);
