using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Links;

/// <summary>
/// Links and their places. Every method works inside the caller's transaction; each change of a place gets the next
/// version in it, so versions are committed in their order and an Edge that follows them misses none.
/// </summary>
internal sealed class LinkStore(LinkRules rules, EntityId ids, LinkSignal signal, Installation installation, TimeProvider clock)
{
    private const int Attempts = 20;

    /// <summary>Counts the links that answer or could.</summary>
    public const string LiveLinks = "live_links";

    /// <summary>Numbers the changes of places.</summary>
    public const string Version = "link_version";

    /// <exception cref="ApiError">409 when the key or a look-alike is taken.</exception>
    public LinkRow Create(Session session, Body<LinkRequest> body)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var row = new LinkRow { Id = ids.Next(), CreatedAt = now };
        rules.Apply(body, row, now);
        if (row.PartnerId is { } partner && !body.Has("programId"))
        {
            row.ProgramId = PartnerPrograms.OfNewLink(session, partner, installation.DefaultProgram);
        }

        if (row.Key.Length == 0)
        {
            TakeRandomKey(session, row, body.Value);
        }
        else
        {
            RefuseTakenKey(session, row);
        }

        CheckReferences(session, row);
        LinkStatement.Insert(session, row);
        SetPlaces(session, [new PlaceChange(row.Domain, row.Key, row.Id)]);
        session.Add(LiveLinks, 1);
        return row;
    }

    /// <summary>Changes the link. A key that it gives up for another still leads to it, unless the request says otherwise.</summary>
    public void Update(Session session, LinkRow row, Body<LinkRequest> body)
    {
        var (domain, key, folded) = (row.Domain, row.Key, row.KeyFolded);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        rules.Apply(body, row, now);
        var moved = (domain, key) != (row.Domain, row.Key);
        if (moved)
        {
            RefuseTakenKey(session, row);
        }

        CheckReferences(session, row);
        LinkStatement.Update(session, row);
        if (moved)
        {
            LinkAliases.TakeBack(session, row);
            if (body.Value.KeepOldKey ?? true)
            {
                LinkAliases.Keep(session, row, domain, key, folded, now);
            }
        }

        var places = LinkAliases.Arrange(session, row);
        SetPlaces(session, moved && !places.Any(place => (place.Domain, place.Key) == (domain, key)) ? [new PlaceChange(domain, key, null), .. places] : places);
    }

    /// <summary>Changes the link that has this target, or makes one. A partner's upsert looks among its links only.</summary>
    public LinkRow Upsert(Session session, Body<LinkRequest> body, long? partner = null)
    {
        if (FindByTarget(session, body, partner) is { } row)
        {
            Update(session, row, body);
            return row;
        }

        return Create(session, body);
    }

    public void Delete(Session session, LinkRow row)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute("UPDATE links SET deleted_at = @now, updated_at = @now WHERE id = @Id", new { now, row.Id });
        SetPlaces(session, [new PlaceChange(row.Domain, row.Key, null), .. LinkAliases.Delete(session, row)]);
        DiscountCodeStore.DeleteOf(session, row.Id, now);
        session.Add(LiveLinks, -1);
    }

    /// <summary>A live link by its id on the wire, or by <c>ext_</c> and its external id.</summary>
    public static LinkRow Get(Session session, string id)
    {
        var row = id.StartsWith("ext_", StringComparison.Ordinal)
            ? session.First<LinkRow>("SELECT * FROM links WHERE external_id = @external AND deleted_at IS NULL", new { external = Fields.Plain(id[4..], "linkId") })
            : EntityId.TryParse(EntityId.Link, id, out var number) ? Find(session, number) : null;
        return row ?? throw ApiError.NotFound($"There is no link {id}.");
    }

    public static LinkRow? Find(Session session, long id) =>
        session.First<LinkRow>("SELECT * FROM links WHERE id = @id AND deleted_at IS NULL", new { id });

    public static LinkRow? Find(Session session, string domain, string key) => session.First<LinkRow>(
        "SELECT l.* FROM link_places p JOIN links l ON l.id = p.link_id WHERE p.domain = @domain AND p.key = @key", new { domain, key });

    /// <summary>Tells Edges what is in some places now. Each change has the next version.</summary>
    public void SetPlaces(Session session, IReadOnlyList<PlaceChange> places)
    {
        var version = session.Add(Version, places.Count) - places.Count;
        session.ExecuteAll(
            """
            INSERT INTO link_places (domain, key, link_id, version) VALUES (@domain, @key, @link, @version)
            ON CONFLICT (domain, key) DO UPDATE SET link_id = excluded.link_id, version = excluded.version
            """,
            ["domain", "key", "link", "version"],
            places.Select(place => new object?[] { place.Domain, place.Key, place.Link, ++version }));
        session.AfterCommit(signal.Raise);
    }

    private static void TakeRandomKey(Session session, LinkRow row, LinkRequest sent)
    {
        var length = sent.KeyLength is { } wanted
            ? (int)Fields.Between(wanted, "keyLength", 3, ShortCode.MaxKeyLength)
            : ShortCode.LengthFor(TakenKeys.CountLive(session));
        var prefix = sent.Prefix?.Trim('/') is { Length: > 0 } text ? text + "/" : "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            LinkRules.SetKey(row, prefix + ShortCode.Generate(length));
            if (!IsTaken(session, row))
            {
                return;
            }
        }

        throw ApiError.Conflict($"keyLength: nearly every key of {length} characters is taken; ask for a longer one.");
    }

    private static void RefuseTakenKey(Session session, LinkRow row)
    {
        if (IsTaken(session, row))
        {
            throw ApiError.Conflict($"key: {row.Key} is taken on {row.Domain}, or looks like a key that is; choose another.");
        }
    }

    private static bool IsTaken(Session session, LinkRow row) => TakenKeys.IsTaken(session, row.Domain, row.KeyFolded, row.Id);

    private static void CheckReferences(Session session, LinkRow row)
    {
        if (row.ProgramId is { } program && session.First<long?>("SELECT id FROM programs WHERE id = @program", new { program }) is null)
        {
            throw LinkRules.UnknownProgram(EntityId.Format(EntityId.Program, program));
        }

        if (LinkOwner.FindFault(session, row) is { } fault)
        {
            throw ApiError.Unprocessable(fault);
        }

        if (row.ExternalId is not null && session.First<long?>(
            """
            SELECT id FROM links WHERE external_id = @ExternalId AND deleted_at IS NULL AND id <> @Id
            UNION ALL SELECT id FROM staged_links WHERE external_id = @ExternalId
            LIMIT 1
            """,
            row) is not null)
        {
            throw ApiError.Conflict($"externalId: another link has {row.ExternalId}.");
        }
    }

    // With its tags first, as the target was stored when it came with the same ones; then as it was sent.
    private LinkRow? FindByTarget(Session session, Body<LinkRequest> body, long? partner)
    {
        var draft = new LinkRow();
        rules.Apply(body, draft, 0);
        return Find(draft.Url) ?? Find(rules.Target(body.Value.Url, "url"));

        LinkRow? Find(string url) => session.First<LinkRow>(
            """
            SELECT * FROM links
            WHERE url_hash = @hash AND url = @url AND deleted_at IS NULL AND (@partner IS NULL OR partner_id = @partner)
            ORDER BY id LIMIT 1
            """,
            new { hash = LinkRules.HashOf(url), url, partner });
    }
}
