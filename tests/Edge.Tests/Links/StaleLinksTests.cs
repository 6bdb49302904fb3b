using LinkTracker.Edge.Links;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>An Edge whose broker goes away. Each test has a broker of its own, to stop and start.</summary>
public sealed class StaleLinksTests
{
    private const long First = 0x1111;
    private const long Second = 0x2222;

    [FactWith(Need.Kafka)]
    public async Task Without_a_broker_the_snapshot_serves_and_is_stale_until_the_broker_is_back()
    {
        await using var broker = await KafkaBroker.StartAsync();
        using var rig = await SnapshottedAsync(broker);
        await broker.StopAsync();

        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();
        Assert.NotNull(edge.Find("old"));
        Assert.True(edge.Supply.IsStale);
        Assert.Equal(HealthStatus.Degraded, await edge.HealthAsync());

        await broker.RestartAsync();
        rig.Puts(First, "new");
        await edge.UntilAsync("the change came", () => edge.Find("new") is not null);
        await edge.UntilAsync("the mark is gone", () => !edge.Supply.IsStale);
        Assert.NotNull(edge.Find("old"));
        Assert.Equal(HealthStatus.Healthy, await edge.HealthAsync());
    }

    [FactWith(Need.Kafka)]
    public async Task When_the_broker_goes_redirects_go_on_and_are_stale_until_it_is_back()
    {
        await using var broker = await KafkaBroker.StartAsync();
        using var rig = await KafkaLinksRig.StartAsync(broker);
        rig.Puts(First, "old");
        rig.EndsEdition(First);
        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();
        Assert.False(edge.Supply.IsStale);

        await broker.StopAsync();
        await edge.UntilAsync("the table is stale", () => edge.Supply.IsStale);
        Assert.NotNull(edge.Find("old"));
        Assert.True(edge.Table.IsLoaded);

        await broker.RestartAsync();
        rig.Deletes(First, "old");
        await edge.UntilAsync("the change came", () => edge.Find("old") is null);
        await edge.UntilAsync("the mark is gone", () => !edge.Supply.IsStale);
    }

    [FactWith(Need.Kafka)]
    public async Task A_topic_that_was_made_anew_while_the_snapshot_served_is_read_from_its_beginning()
    {
        await using var broker = await KafkaBroker.StartAsync();
        using var rig = await SnapshottedAsync(broker);
        await rig.MakesTopicAnewAsync(broker);

        // Made, and nothing published yet: it has no edition to tell.
        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();
        Assert.NotNull(edge.Find("old"));
        Assert.True(edge.Supply.IsStale);

        rig.Puts(Second, "new");
        rig.EndsEdition(Second);
        await edge.UntilAsync("the old link is gone", () => edge.Find("old") is null);
        Assert.NotNull(edge.Find("new"));
        await edge.UntilAsync("the mark is gone", () => !edge.Supply.IsStale);
    }

    [FactWith(Need.Kafka)]
    public async Task A_snapshot_serves_though_another_edition_is_not_whole_yet_and_is_renewed_once_it_is()
    {
        await using var broker = await KafkaBroker.StartAsync();
        using var rig = await SnapshottedAsync(broker);
        rig.Puts(Second, "new");

        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();
        Assert.NotNull(edge.Find("old"));
        Assert.NotNull(edge.Find("new"));
        Assert.True(edge.Supply.IsStale);
        Assert.Null(edge.Source.Name);

        rig.EndsEdition(Second);
        await edge.UntilAsync("the old link is gone", () => edge.Find("old") is null);
        Assert.NotNull(edge.Find("new"));
        await edge.UntilAsync("the mark is gone", () => !edge.Supply.IsStale);
    }

    [FactWith(Need.Kafka)]
    public async Task A_broker_that_goes_between_a_whole_edition_and_the_end_leaves_the_Edge_unready_until_it_has_all()
    {
        const int Links = 4_000;
        await using var broker = await KafkaBroker.StartAsync();
        using var rig = await KafkaLinksRig.StartAsync(broker);
        rig.EndsEdition(First);
        rig.PutsMany(First, Links);
        await using var edge = new KafkaEdge(rig);
        using var limit = new CancellationTokenSource(2 * KafkaLinksRig.Limit);
        await using var batches = edge.Source.ReadAsync(0, limit.Token).GetAsyncEnumerator(limit.Token);

        // The record that says whole is in the first batch, and most of the others are still at the broker.
        Assert.True(await batches.MoveNextAsync());
        var told = batches.Current.Changes.Count;
        await broker.StopAsync();
        var returns = ReturnsAsync();
        while (await batches.MoveNextAsync() && !batches.Current.CaughtUp)
        {
            Assert.False(batches.Current.MayServe);
            told += batches.Current.Changes.Count;
        }

        Assert.Equal(Links, told + batches.Current.Changes.Count);
        await returns;

        async Task ReturnsAsync()
        {
            await edge.UntilAsync("patience is over", () => edge.Supply.IsStale);
            await broker.RestartAsync();
        }
    }

    [FactWith(Need.Kafka)]
    public async Task Without_a_broker_and_without_a_snapshot_an_Edge_is_not_ready()
    {
        using var rig = new KafkaLinksRig(FreePort.Next());
        await using var edge = await KafkaEdge.StartAsync(rig);

        await edge.UntilAsync("patience is over", () => edge.Supply.IsStale);

        Assert.False(edge.Table.IsLoaded);
        Assert.Equal(HealthStatus.Unhealthy, await edge.HealthAsync());
    }

    private static async Task<KafkaLinksRig> SnapshottedAsync(KafkaBroker broker)
    {
        var rig = await KafkaLinksRig.StartAsync(broker);
        rig.Puts(First, "old");
        rig.EndsEdition(First);
        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();
        await edge.UntilAsync("what was read has a name", () => edge.Source.Name is not null);
        await edge.StopAsync();
        Assert.True(File.Exists(LinkSnapshots.PathIn(rig.Settings)));
        return rig;
    }
}
