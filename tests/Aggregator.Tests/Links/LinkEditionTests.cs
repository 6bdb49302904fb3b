using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Storage;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Tests.Links;

public abstract class LinkEditionTests : EngineTests
{
    private static readonly EntityId Ids = new(TimeProvider.System);

    [EngineFact]
    public async Task The_first_edition_begins_with_nothing_and_goes_on_while_the_topic_ends_with_what_was_published()
    {
        using var store = await OpenDatabaseAsync();
        var first = GoOn(store, null);
        Assert.Equal((true, 0L), (first.Id > 0, first.Published));
        Assert.Equal(first, GoOn(store, null));
        Assert.Equal(first, GoOn(store, LinkMessage.Whole(first.Id, 0)));

        var moved = store.Database.Write(session => first.Move(session, 7));
        Assert.Equal(first with { Published = 7 }, moved);
        Assert.Equal(moved, GoOn(store, Change(first.Id, 7, "a")));
        Assert.Equal(moved, GoOn(store, LinkMessage.Whole(first.Id, 7)));
    }

    [EngineFact]
    public async Task Another_begins_when_the_topic_is_empty_is_of_another_edition_or_has_lost_its_end()
    {
        using var store = await OpenDatabaseAsync();
        foreach (var end in new Func<LinkEdition, LinkMessage?>[] { _ => null, known => Change(known.Id + 1, 7, "a"), known => Change(known.Id, 6, "a") })
        {
            var known = store.Database.Write(session => GoOn(session, null).Move(session, 7))!.Value;
            var begun = GoOn(store, end(known));
            Assert.True(begun.Id > known.Id);
            Assert.Equal(0, begun.Published);
            Assert.Equal(begun, store.Database.Read(LinkEdition.Read));
        }
    }

    [EngineFact]
    public async Task A_topic_that_is_ahead_is_gone_on_with_only_if_the_database_has_that_very_change()
    {
        using var store = await OpenDatabaseAsync();
        var known = store.Database.Write(session =>
        {
            session.Execute("INSERT INTO link_places (domain, key, link_id, version) VALUES ('go.example.com', 'a', NULL, 8)");
            return GoOn(session, null).Move(session, 7);
        })!.Value;

        // Published, and the process died before it could be remembered.
        Assert.Equal(known, GoOn(store, Change(known.Id, 8, "a")));

        // A database that came back from a backup has another change under that version, or none.
        var begun = GoOn(store, Change(known.Id, 8, "b"));
        Assert.NotEqual(known.Id, begun.Id);
        Assert.NotEqual(begun.Id, GoOn(store, Change(begun.Id, 9, "a")).Id);
    }

    [EngineFact]
    public async Task A_publisher_that_another_one_followed_moves_nothing()
    {
        using var store = await OpenDatabaseAsync();
        var old = GoOn(store, null);
        Assert.NotNull(store.Database.Write(session => old.Move(session, 3)));
        Assert.Null(store.Database.Write(session => old.Move(session, 2)));

        var begun = GoOn(store, null);
        Assert.Null(store.Database.Write(session => (old with { Published = 3 }).Move(session, 4)));
        Assert.Equal(begun, store.Database.Read(LinkEdition.Read));
    }

    private static LinkEdition GoOn(TestDatabase store, LinkMessage? last) => store.Database.Write(session => GoOn(session, last));

    private static LinkEdition GoOn(Session session, LinkMessage? last) => LinkEdition.GoOnOrBegin(session, last, Ids);

    private static LinkMessage Change(long edition, long version, string key) => new(edition, new LinkChange(version, "go.example.com", key, null));
}

public sealed class LinkEditionTestsOnSqlite : LinkEditionTests;

[OnPostgres]
public sealed class LinkEditionTestsOnPostgres : LinkEditionTests;
