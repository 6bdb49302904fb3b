using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Links;

/// <summary>One publication of all links in the topic, as the database remembers it.</summary>
/// <param name="Id">Stands in every record of it.</param>
/// <param name="Published">The version of the newest change that is in the topic.</param>
internal readonly record struct LinkEdition(long Id, long Published)
{
    /// <summary>Counters of the database.</summary>
    public const string IdCounter = "links_edition";

    public const string PublishedCounter = "links_published";

    /// <summary>
    /// The edition to go on with: the stored one if the topic ends as it must, else a new one, of which nothing is published. So
    /// a topic that was made anew, lost its end or belongs to another database gets every link again, and so does one that is ahead of
    /// a database which came back from a backup.
    /// </summary>
    /// <param name="last">The last record of the topic; null when there is none.</param>
    public static LinkEdition GoOnOrBegin(Session session, LinkMessage? last, EntityId ids)
    {
        var stored = Read(session);
        if (stored.Id != 0 && stored.EndsWith(session, last))
        {
            return stored;
        }

        var begun = new LinkEdition(ids.Next(), 0);
        session.Set(IdCounter, begun.Id);
        session.Set(PublishedCounter, begun.Published);
        return begun;
    }

    public static LinkEdition Read(Session session) => new(session.Counter(IdCounter), session.Counter(PublishedCounter));

    /// <summary>Remembers that changes up to that version are in the topic.</summary>
    /// <returns>Null when another publisher has been here.</returns>
    public LinkEdition? Move(Session session, long version)
    {
        if (Read(session) != this)
        {
            return null;
        }

        session.Set(PublishedCounter, version);
        return this with { Published = version };
    }

    private bool EndsWith(Session session, LinkMessage? last) => last is { } end
        ? end.Edition == Id && (end.Change.Version == Published || (end.Change.Version > Published && IsStored(session, end.Change)))
        : Published == 0;

    // A publisher that died between the topic's commit and the database's. A place that has changed since cannot tell, and then
    // everything is published again, which does no harm.
    private static bool IsStored(Session session, LinkChange change) => session.First<long>(
        "SELECT COUNT(*) FROM link_places WHERE version = @Version AND domain = @Domain AND key = @Key", new { change.Version, change.Domain, change.Key }) == 1;
}
