using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Events;

public sealed class ClickEventPublisherTests(SharedServers servers) : IClassFixture<SharedServers>
{
    private const int Partitions = 3;

    [FactWith(Need.Kafka)]
    public async Task A_click_is_an_event_of_its_link_s_partition_that_tells_what_it_is_and_not_who()
    {
        var broker = await servers.Kafka;
        using var sender = SenderOf(await EventsRig.StartAsync(broker, Partitions));
        var clicks = new[]
        {
            new TestClick { Link = 5, Country = "DE", Referrer = "https://t.co", Channel = "mail", Hints = ClickHints.Qr, Agent = TestClick.Iphone, Visitor = 0xABCDEF },
            new TestClick { Link = 6, Agent = TestClick.Bot },
        };

        await PublisherOver(sender).PublishAsync([PartOf(clicks)], CancellationToken.None);

        var events = await EventsRig.ReadAsync(broker);
        Assert.Equal(2, sender.Acknowledged);
        var person = Assert.Single(events, one => one.Text("disposition") == "valid");
        Assert.Equal(
            ["1.0", "0000000000000007-1-100", "urn:linktracker:ws_1", "com.linktracker.click", "2026-05-04T12:00:00.000Z", "application/json"],
            new[] { "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type" }.Select(name => person.Headers[name]));
        Assert.Equal((LinkPartition.Of(5, Partitions), EntityId.Format(EntityId.Link, 5)), (person.Partition, person.Key));
        Assert.Equal(
            [new ClickToken(5, 100).ToString(), person.Key, "2026-05-04T12:00:00.000Z", "DE", "Mobile", "https://t.co", "mail", "qr"],
            new[] { "clickId", "linkId", "occurredAt", "country", "device", "referrer", "channel", "trigger" }.Select(person.Text));
        Assert.True(person.Data.GetProperty("unique").GetBoolean());
        Assert.DoesNotContain("ABCDEF", person.Data.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Mozilla", person.Data.ToString(), StringComparison.Ordinal);

        var bot = Assert.Single(events, one => one.Text("disposition") == "bot");
        Assert.Equal(LinkPartition.Of(6, Partitions), bot.Partition);
        Assert.False(bot.Data.GetProperty("unique").GetBoolean());
    }

    [FactWith(Need.Kafka)]
    public async Task Clicks_that_are_published_again_have_the_same_ids()
    {
        var broker = await servers.Kafka;
        using var sender = SenderOf(await EventsRig.StartAsync(broker, Partitions));
        var part = PartOf(new TestClick(), new TestClick { Visitor = 2 });

        await PublisherOver(sender).PublishAsync([part], CancellationToken.None);
        await PublisherOver(sender).PublishAsync([part], CancellationToken.None);

        Assert.Equal([2, 2], (await EventsRig.ReadAsync(broker)).GroupBy(one => one.Id).Select(group => group.Count()));
    }

    [FactWith(Need.Kafka)]
    public async Task A_failure_is_told_and_the_next_events_go_through_another_sender()
    {
        var broker = await servers.Kafka;
        using var sender = SenderOf(await EventsRig.StartAsync(broker, Partitions));

        await Assert.ThrowsAsync<KafkaFailedException>(() => sender.SendAsync([Event("too long", new byte[2_000_000])], CancellationToken.None));
        await sender.SendAsync([Event("next", "{}"u8.ToArray())], CancellationToken.None);

        Assert.Equal(["next"], (await EventsRig.ReadAsync(broker)).Select(one => one.Id));
        Assert.Equal(1, sender.Acknowledged);
    }

    [FactWith(Need.Kafka)]
    public async Task More_events_than_there_is_room_for_wait_for_their_turn()
    {
        var broker = await servers.Kafka;
        using var sender = SenderOf(await EventsRig.StartAsync(broker, Partitions));

        await sender.SendAsync(Enumerable.Range(0, 25_000).Select(i => Event($"{i}", "{}"u8.ToArray())), CancellationToken.None);

        Assert.Equal(25_000, (await EventsRig.ReadAsync(broker)).DistinctBy(one => one.Id).Count());
    }

    [FactWith(Need.Kafka)]
    public async Task A_broker_that_is_gone_is_told_of_and_nobody_who_stops_waits_for_it()
    {
        await using var broker = await KafkaBroker.StartAsync();
        using var sender = SenderOf(await EventsRig.StartAsync(broker, Partitions));
        await sender.SendAsync([Event("first", "{}"u8.ToArray())], CancellationToken.None);
        await broker.StopAsync();

        using var stopping = new CancellationTokenSource();
        var stopped = sender.SendAsync([Event("second", "{}"u8.ToArray())], stopping.Token);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        await Assert.ThrowsAsync<KafkaFailedException>(() => sender.SendAsync([Event("second", "{}"u8.ToArray())], CancellationToken.None));

        await broker.RestartAsync();
        await sender.SendAsync([Event("second", "{}"u8.ToArray())], CancellationToken.None);
        await broker.StopAsync();

        // By a sender that has a connection to lose.
        await Assert.ThrowsAsync<KafkaFailedException>(() => sender.SendAsync([Event("third", "{}"u8.ToArray())], CancellationToken.None));
        Assert.Equal(2, sender.Acknowledged);
    }

    [Fact]
    public async Task Sends_are_done_when_the_last_is_and_fail_with_the_first_failure()
    {
        var sends = new OpenSends();
        sends.Begin();
        sends.Begin();
        var done = sends.AllDone();
        sends.End(new SendOutcome(1, null));
        Assert.False(done.IsCompleted);
        sends.End(new SendOutcome(2, null));
        Assert.Equal(2, await done);
        Assert.Equal(0, await new OpenSends().AllDone());

        var failing = new OpenSends();
        failing.Begin();
        failing.End(new SendOutcome(-1, new KafkaFailedException("no", null)));
        await Assert.ThrowsAsync<KafkaFailedException>(failing.AllDone);
    }

    private static EventSender SenderOf(KafkaConnection kafka) =>
        new(kafka, new Settings { KafkaPartitions = Partitions }, new Installation("ws_1", EntityId.Format(EntityId.Program, 1)), TimeProvider.System);

    private static ClickEventPublisher PublisherOver(EventSender sender) => new(sender, new ClickClassifier(BotRules.Embedded));

    private static CloudEvent Event(string id, byte[] data) => new(id, CloudEvent.Lead, 0, 5, data);

    /// <summary>Clicks as counting leaves them, each unique unless it is a bot's; the token of each is its address.</summary>
    private static ClickPart PartOf(params TestClick[] clicks)
    {
        var part = new ClickPart(new LogKey(0, 7, 1), 0);
        for (var i = 0; i < clicks.Length; i++)
        {
            var bytes = clicks[i].ToBytes((UInt128)(100 + i));
            Assert.True(ClickCodec.TryRead(bytes, out var click));
            var isBot = clicks[i].Agent == TestClick.Bot;
            part.Add(100 + i, isBot ? Disposition.Bot : Disposition.Valid, !isBot, click, bytes);
        }

        return part;
    }
}
