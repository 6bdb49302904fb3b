using System.Data.Common;
using LinkTracker.Aggregator.Tests.Events;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

/// <summary>Clicks that are published before the snapshot that holds them is stored, and what becomes of them when it is not.</summary>
public sealed class PublishedClicksTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka, Need.Redis, Need.Postgres)]
    public async Task Clicks_whose_snapshot_failed_behind_their_publication_are_published_again_under_the_same_ids()
    {
        var broker = await servers.Kafka;
        await EventsRig.StartAsync(broker, partitions: 3);
        await using var rig = await PartitionRig.StartAsync(servers, publishEvents: true);
        await rig.ClickAsync(100, slices: 4);
        await AskAsync(rig, "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no snapshot'; END $$");
        await AskAsync(rig, "CREATE TRIGGER refuse BEFORE INSERT ON click_blocks FOR EACH STATEMENT EXECUTE FUNCTION refuse()");

        // Published, and not stored: the round ends there, and the next begins where the one before did.
        var worker = rig.Work(fence: 1);
        var early = await EventsRig.UntilReadAsync(broker, 200);
        Assert.Empty(rig.Tokens());

        await AskAsync(rig, "DROP TRIGGER refuse ON click_blocks");
        await rig.StoredAsync(100);
        await rig.ClickAsync(50);
        await rig.StoredAsync(150);
        await worker.StopAsync();
        rig.HasCounted(150);

        var events = await EventsRig.ReadAsync(broker);
        var ids = events.GroupBy(one => one.Id).ToList();
        Assert.Equal(150, ids.Count);
        Assert.All(ids, id => Assert.Single(id.Select(one => one.Data.ToString()).Distinct()));
        Assert.Equal(150, ids.Select(id => id.First().Text("clickId")).Distinct().Count());
        Assert.All(early, one => Assert.InRange(ids.Single(id => id.Key == one.Id).Count(), 2, int.MaxValue));
    }

    private static async Task AskAsync(PartitionRig rig, string sql)
    {
        await using var command = rig.Service<DbDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
