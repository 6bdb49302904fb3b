using LinkTracker.Contracts.Links;
using LinkTracker.Contracts.Security;
using LinkTracker.Edge.Links;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Edge.Tests.Links;

public sealed class KafkaLinkSourceTests(SharedServers servers) : IClassFixture<SharedServers>
{
    private const long First = 0x1111;
    private const long Second = 0x2222;

    [FactWith(Need.Kafka)]
    public async Task An_Edge_is_ready_once_it_has_every_link_of_a_whole_edition()
    {
        using var rig = await KafkaLinksRig.StartAsync(await servers.Kafka);
        await using var edge = await KafkaEdge.StartAsync(rig);
        rig.Puts(First, "spring");
        rig.Puts(First, "summer");
        await edge.UntilAsync("both links are there", () => edge.Find("spring") is not null && edge.Find("summer") is not null);
        Assert.False(edge.Table.IsLoaded);
        Assert.Null(edge.Source.Name);

        rig.EndsEdition(First);
        await edge.LoadsAsync();
        await edge.UntilAsync("what was read has a name", () => edge.Source.Name == "kafka 0000000000001111");
        Assert.Equal(HealthStatus.Healthy, await edge.HealthAsync());
    }

    [FactWith(Need.Kafka)]
    public async Task A_change_and_the_disabling_of_a_link_are_seen_as_they_come()
    {
        using var rig = await KafkaLinksRig.StartAsync(await servers.Kafka);
        await using var edge = await KafkaEdge.StartAsync(rig);
        rig.EndsEdition(First);
        await edge.LoadsAsync();

        rig.Puts(First, "spring");
        await Eventually.HoldsAsync("the link is there", Eventually.Limit, () => Task.FromResult(edge.Find("spring") is not null));
        rig.Puts(First, "spring", disabled: true);
        await Eventually.HoldsAsync("the link is disabled", Eventually.Limit, () =>
            Task.FromResult(edge.Table.TryFind("go.example.com"u8, "spring"u8, out var link) && link.Disabled));
    }

    [FactWith(Need.Kafka)]
    public async Task A_restart_goes_on_behind_the_snapshot_and_what_was_deleted_meanwhile_stays_deleted()
    {
        using var rig = await KafkaLinksRig.StartAsync(await servers.Kafka);
        rig.Puts(First, "kept");
        rig.Puts(First, "deleted");
        rig.EndsEdition(First);
        long version;
        await using (var edge = await KafkaEdge.StartAsync(rig))
        {
            await edge.LoadsAsync();
            await edge.UntilAsync("what was read has a name", () => edge.Source.Name is not null);
            await edge.StopAsync();
            version = edge.Table.Version;
        }

        rig.Deletes(First, "deleted");
        await using var restarted = new KafkaEdge(rig);
        Assert.True(await restarted.Source.HoldsAsync(new LinkPoint("kafka 0000000000001111", version), CancellationToken.None));
        var change = Assert.Single(await FirstChangesAsync(restarted.Source, version));
        Assert.Equal(("deleted", null), (change.Key, change.Link));
        Assert.True(change.Version > version);

        await using var again = await KafkaEdge.StartAsync(rig);
        await again.LoadsAsync();
        await again.UntilAsync("the deletion came", () => again.Find("deleted") is null);
        Assert.NotNull(again.Find("kept"));
    }

    [FactWith(Need.Kafka)]
    public async Task A_point_in_any_edition_holds_until_the_topic_tells_and_one_of_another_source_does_not()
    {
        using var rig = await KafkaLinksRig.StartAsync(await servers.Kafka);
        rig.Puts(First, "spring");
        foreach (var (source, version, isOver) in new[] { ("kafka 1111", 1, false), ("kafka 1111", 1_000, true), ("kafka 2222", 1, true) })
        {
            await using var edge = new KafkaEdge(rig);
            Assert.True(await edge.Source.HoldsAsync(new LinkPoint(source, version), CancellationToken.None));
            Assert.Equal(isOver, (await FirstBatchAsync(edge.Source, version)).StartsOver);
        }

        await using var other = new KafkaEdge(rig);
        Assert.False(await other.Source.HoldsAsync(new LinkPoint("file 1111", 1), CancellationToken.None));
    }

    [FactWith(Need.Kafka)]
    public async Task Where_records_behind_the_snapshot_were_deleted_the_edition_is_read_from_its_first_record()
    {
        var broker = await servers.Kafka;
        using var rig = await KafkaLinksRig.StartAsync(broker);
        rig.Puts(First, "old");
        rig.EndsEdition(First);
        await using (var edge = await KafkaEdge.StartAsync(rig))
        {
            await edge.LoadsAsync();
            await edge.UntilAsync("what was read has a name", () => edge.Source.Name is not null);
            await edge.StopAsync();
        }

        rig.Puts(First, "lost");
        rig.Puts(First, "new");
        rig.EndsEdition(First);

        // A compacted topic never does that; one that somebody set up otherwise may. Each record has the mark of its transaction behind it.
        await broker.RunToolAsync(
            "kafka-configs.sh", "--alter", "--entity-type", "topics", "--entity-name", LinksTopic.Name, "--add-config", "cleanup.policy=delete");
        await broker.DeleteRecordsAsync(LinksTopic.Name, LinksTopic.Partition, before: 6);

        await using var restarted = await KafkaEdge.StartAsync(rig);
        await restarted.LoadsAsync();
        await restarted.UntilAsync("what is left was read", () => restarted.Find("new") is not null && restarted.Find("old") is null);
        Assert.Equal(1, restarted.Table.Count);
    }

    [FactWith(Need.Kafka)]
    public async Task An_unreadable_record_is_told_of_and_hides_behind_no_snapshot_and_the_others_go_on()
    {
        using var rig = await KafkaLinksRig.StartAsync(await servers.Kafka);
        rig.Puts(First, "before");
        rig.Sends("go.example.com/broken", """{"v":1,"link":""");
        rig.Sends("go.example.com/later", """{"v":9}""");
        rig.Puts(First, "after");
        rig.EndsEdition(First);
        rig.Sends("at the very end", "and still the edition is told");

        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();

        await edge.UntilAsync("the last record was met", () => edge.Supply.Unreadable == 3);
        Assert.Equal(HealthStatus.Degraded, await edge.HealthAsync());
        Assert.NotNull(edge.Find("before"));
        Assert.NotNull(edge.Find("after"));
        Assert.Null(edge.Source.Name);
    }

    [FactWith(Need.Kafka)]
    public async Task A_topic_that_was_made_anew_takes_out_only_what_its_whole_edition_does_not_have()
    {
        var broker = await servers.Kafka;
        using var rig = await KafkaLinksRig.StartAsync(broker);
        rig.Puts(First, "kept");
        rig.Puts(First, "gone");
        rig.EndsEdition(First);
        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();

        await rig.MakesTopicAnewAsync(broker);
        rig.Puts(Second, "kept", "https://new.example/");
        await edge.UntilAsync("the new edition is being read", () => edge.Find("kept") == "https://new.example/");
        Assert.NotNull(edge.Find("gone"));

        rig.EndsEdition(Second);
        await edge.UntilAsync("what the new edition does not have is gone", () => edge.Find("gone") is null);
        await edge.UntilAsync("the new edition has the name", () => edge.Source.Name == "kafka 0000000000002222");
        Assert.Equal(1, edge.Table.Count);
    }

    [FactWith(Need.Kafka)]
    public async Task A_new_edition_behind_the_old_one_in_the_same_topic_replaces_it()
    {
        using var rig = await KafkaLinksRig.StartAsync(await servers.Kafka);
        rig.Puts(First, "kept");
        rig.Puts(First, "gone");
        rig.EndsEdition(First);
        await using var edge = await KafkaEdge.StartAsync(rig);
        await edge.LoadsAsync();

        rig.Puts(Second, "kept", "https://new.example/");
        rig.EndsEdition(Second);
        await edge.UntilAsync("the old edition's link is gone", () => edge.Find("gone") is null);
        Assert.Equal("https://new.example/", edge.Find("kept"));

        // One that comes late does not take up what is left of the old edition.
        await using var late = await KafkaEdge.StartAsync(rig);
        await late.LoadsAsync();
        Assert.Equal((1, "https://new.example/"), (late.Table.Count, late.Find("kept")));
    }

    [FactWith(Need.Kafka)]
    public async Task An_Edge_of_a_cluster_answers_for_the_links_of_the_topic()
    {
        var broker = await servers.Kafka;
        using var rig = await KafkaLinksRig.StartAsync(broker);
        rig.Puts(First, "spring");
        rig.EndsEdition(First);
        var settings = rig.Settings with { EdgeUrl = new Uri("http://127.0.0.1:0"), KafkaBootstrapServers = broker.BootstrapServers, LinkMemoryMiB = 64 };
        var builder = ServiceHost.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new InstallationKeys(new byte[32]));
        await using var app = builder.AddEdge(settings).AddKafkaLinks(settings).Build();

        await app.StartAsync();
        await app.Services.GetRequiredService<LinkTable>().Loaded.WaitAsync(KafkaLinksRig.Limit);

        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await client.GetAsync(new Uri("/spring", UriKind.Relative));
        Assert.Equal("https://shop.example.com/", answer.Headers.Location?.ToString());
        await app.StopAsync();
    }

    private static async Task<LinkBatch> FirstBatchAsync(KafkaLinkSource source, long after)
    {
        using var limit = new CancellationTokenSource(KafkaLinksRig.Limit);
        await using var batches = source.ReadAsync(after, limit.Token).GetAsyncEnumerator(limit.Token);
        Assert.True(await batches.MoveNextAsync());
        return batches.Current;
    }

    private static async Task<IReadOnlyList<LinkChange>> FirstChangesAsync(KafkaLinkSource source, long after)
    {
        using var limit = new CancellationTokenSource(KafkaLinksRig.Limit);
        await foreach (var batch in source.ReadAsync(after, limit.Token))
        {
            Assert.False(batch.StartsOver);
            if (batch.Changes.Count > 0)
            {
                return batch.Changes;
            }
        }

        return [];
    }
}
