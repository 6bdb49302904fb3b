using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Contracts.Links;
using LinkTracker.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Tests.Links;

public sealed class LinkPublisherTests(SharedServers servers) : IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task Changes_of_any_process_are_published_in_order_and_then_the_edition_is_whole()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        var early = new[] { rig.Changes("a"), rig.Changes("b"), rig.Changes("c") };
        var publisher = await rig.StartPublisherAsync();
        await rig.UntilPublishedAsync();
        await Eventually.HoldsAsync("the edition is whole", PublisherRig.Limit, () => Task.FromResult(rig.Messages().Count == 4));

        var late = rig.Changes("a");
        await rig.UntilPublishedAsync();

        var edition = rig.Edition();
        Assert.Equal(
            [.. early.Select(change => new LinkMessage(edition.Id, change)), LinkMessage.Whole(edition.Id, early[^1].Version), new LinkMessage(edition.Id, late)],
            rig.Messages());
        Assert.True(publisher.IsHolder);
        Assert.Equal(HealthStatus.Healthy, (await publisher.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task Another_process_takes_over_where_the_holder_ended()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        var first = await rig.StartPublisherAsync();
        await Eventually.HoldsAsync("the first holds the lease", PublisherRig.Limit, () => Task.FromResult(first.IsHolder));
        var second = await rig.StartPublisherAsync();
        rig.Changes("a");
        await rig.UntilPublishedAsync();
        Assert.False(second.IsHolder);

        await first.StopAsync(CancellationToken.None);
        rig.Changes("b");
        await rig.UntilPublishedAsync();

        Assert.True(second.IsHolder);
        Assert.Equal(["a", "b"], rig.Messages().Where(message => !message.IsWhole).Select(message => message.Change.Key));
        Assert.Single(rig.Messages().Select(message => message.Edition).Distinct());
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_holder_whose_lease_is_lost_stops_and_the_work_goes_on()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        var publisher = await rig.StartPublisherAsync();
        rig.Changes("a");
        await rig.UntilPublishedAsync();

        await PostgresDatabases.AskAsync(rig.Server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        await Eventually.HoldsAsync("the holder stopped", PublisherRig.Limit, () => Task.FromResult(!publisher.IsHolder));
        rig.Changes("b");
        await rig.UntilPublishedAsync();
        Assert.Equal(["a", "b"], rig.Messages().Where(message => !message.IsWhole).Select(message => message.Change.Key).Distinct());
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_zombie_publishes_nothing()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        using var zombie = await rig.OpenAsync();
        await zombie.PublishAsync(Batch(rig.Changes("a")), CancellationToken.None);
        using var next = await rig.OpenAsync();

        var change = rig.Changes("b");
        await Assert.ThrowsAsync<KafkaFailedException>(() => zombie.PublishAsync(Batch(change), CancellationToken.None));
        Assert.Equal(["a"], rig.Messages().Select(message => message.Change.Key));
        Assert.Equal(1, rig.Edition().Published);

        await next.PublishAsync(Batch(change), CancellationToken.None);
        Assert.Equal(["a", "b"], rig.Messages().Select(message => message.Change.Key));
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task What_was_published_and_not_remembered_is_published_again_under_the_same_edition()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        var change = rig.Changes("a");
        using (var died = await rig.OpenAsync())
        {
            await died.PublishAsync(Batch(change), CancellationToken.None);
        }

        rig.Database.Write(session =>
        {
            session.Set(LinkEdition.PublishedCounter, 0);
            return 0;
        });
        var edition = rig.Edition().Id;
        using var next = await rig.OpenAsync();
        Assert.Equal(0, next.Published);
        await next.PublishAsync(Batch(change), CancellationToken.None);

        Assert.Equal([(edition, "a"), (edition, "a")], rig.Messages().Select(message => (message.Edition, message.Change.Key)));
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_topic_that_was_made_anew_gets_everything_again_though_nothing_changes()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        rig.Changes("a");
        rig.Changes("b");
        await rig.StartPublisherAsync();
        await rig.UntilPublishedAsync();
        var old = rig.Edition().Id;

        await rig.MakesTopicAnewAsync();

        await Eventually.HoldsAsync("the new edition is whole", PublisherRig.Limit, () => Task.FromResult(rig.Messages().Exists(message => message.IsWhole)));
        Assert.NotEqual(old, rig.Edition().Id);
        Assert.Equal(["a", "b", ""], rig.Messages().Select(message => message.Change.Key));
        Assert.All(rig.Messages(), message => Assert.Equal(rig.Edition().Id, message.Edition));
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_change_is_not_put_into_a_topic_that_was_made_anew_before_everything_else_is()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        using var publication = await rig.OpenAsync();
        await publication.PublishAsync(Batch(rig.Changes("a")), CancellationToken.None);

        await rig.MakesTopicAnewAsync();
        var late = rig.Changes("b");

        await Assert.ThrowsAsync<KafkaFailedException>(() => publication.PublishAsync(Batch(late), CancellationToken.None));
        Assert.Equal(1, rig.Edition().Published);
        publication.Dispose();
        using var next = await rig.OpenAsync();
        Assert.Equal(0, next.Published);
        Assert.Empty(rig.Messages());
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task The_topic_s_last_record_is_found_before_many_that_were_never_committed()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        using (var publication = await rig.OpenAsync())
        {
            await publication.PublishAsync(Batch(rig.Changes("a")), CancellationToken.None);
        }

        using (var died = rig.Kafka.OpenSender(LinksTopic.TransactionalId))
        {
            died.InitTransactions(PublisherRig.Limit);
            died.BeginTransaction();
            for (var i = 0; i < 300; i++)
            {
                Assert.True(died.TrySend(LinksTopic.Name, LinksTopic.Partition, [1], [2], _ => { }));
            }

            Assert.True(died.TryFlush(PublisherRig.Limit));
        }

        using var next = await rig.OpenAsync();
        Assert.Equal(1, next.Published);
        var tail = LinksTopic.ReadTail(rig.Kafka, PublisherRig.Limit, TimeProvider.System);
        Assert.Equal("a", tail.Last!.Value.Change.Key);
        Assert.True(tail.End > 300);
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_topic_that_does_not_keep_every_place_is_refused_in_words_and_health_is_degraded_until_it_does()
    {
        var broker = await servers.Kafka;
        await using var rig = await PublisherRig.StartAsync(broker);
        string[] alter = ["--alter", "--entity-type", "topics", "--entity-name", LinksTopic.Name, "--add-config"];
        await broker.RunToolAsync("kafka-configs.sh", [.. alter, "cleanup.policy=delete"]);
        var refusal = await Assert.ThrowsAsync<KafkaFailedException>(rig.OpenAsync);
        Assert.Equal("Kafka: the topic links has cleanup.policy=delete, which deletes links that are there: set it to compact", refusal.Message);

        rig.Changes("a");
        var publisher = await rig.StartPublisherAsync();
        await Eventually.HoldsAsync("health is degraded", PublisherRig.Limit, async () =>
            (await publisher.CheckHealthAsync(new HealthCheckContext())).Status == HealthStatus.Degraded);
        Assert.Empty(rig.Messages());

        await broker.RunToolAsync("kafka-configs.sh", [.. alter, "cleanup.policy=compact"]);
        await rig.UntilPublishedAsync();
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_publisher_whose_database_moved_while_it_looked_at_the_topic_begins_nothing()
    {
        await using var rig = await PublisherRig.StartAsync(await servers.Kafka);
        using (var first = await rig.OpenAsync())
        {
            await first.PublishAsync(Batch(rig.Changes("a")), CancellationToken.None);
        }

        var known = rig.Edition();
        var clock = new ClockThatTells(() => rig.Database.Write(session => known.Move(session, known.Published + 1)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => LinkPublication.OpenAsync(rig.Kafka, rig.Database, rig.Ids, clock, CancellationToken.None));

        Assert.Equal(known with { Published = known.Published + 1 }, rig.Edition());
    }

    private static LinkBatch Batch(LinkChange change) => new([change], CaughtUp: false);

    /// <summary>Tells when it is first asked, which a publication does between its look at the database and the one at the topic.</summary>
    private sealed class ClockThatTells(Action asked) : TimeProvider
    {
        private Action? _asked = asked;

        public override long GetTimestamp()
        {
            Interlocked.Exchange(ref _asked, null)?.Invoke();
            return base.GetTimestamp();
        }
    }
}
