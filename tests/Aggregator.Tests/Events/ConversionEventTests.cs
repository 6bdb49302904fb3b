using System.Diagnostics.Metrics;
using System.Text.Json;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Events;

[OnPostgres]
public sealed class ConversionEventTests(SharedServers servers) : EngineTests, IClassFixture<SharedServers>
{
    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_lead_and_its_sale_are_events_of_their_link_once_whatever_is_repeated()
    {
        var broker = await servers.Kafka;
        await EventsRig.StartAsync(broker, partitions: 3);
        await using var server = await StartAsync(broker);
        var link = await server.HasLinkAsync("ana");
        var click = server.Click(link);
        var lead = new { clickId = click, eventName = "Sign up", customerExternalId = "c", customerName = "Cleo", customerEmail = "cleo@example.com" };
        (await server.PostAsync("/track/lead", lead)).Ok();
        (await server.PostAsync("/track/lead", lead)).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_250, invoiceId = "i-1", metadata = new { plan = "pro" } })).Ok();
        (await server.PostAsync("/track/lead", new { eventName = "Sign up", customerExternalId = "nobody" })).Refused(400, "bad_request");

        await UntilSentAsync(server);
        var events = await EventsRig.ReadAsync(broker);

        Assert.Equal(["com.linktracker.lead", "com.linktracker.sale"], events.Select(one => one.Headers["ce_type"]));
        Assert.All(events, one => Assert.Equal((link, link, click, "c"), (one.Key, one.Text("linkId"), one.Text("clickId"), one.Text("customerExternalId"))));
        Assert.Equal(events.Select(one => one.Id), events.Select(one => one.Text("id")));
        var (first, sale) = (events[0], events[1]);
        Assert.StartsWith("lead_", first.Id, StringComparison.Ordinal);
        Assert.StartsWith("sale_", sale.Id, StringComparison.Ordinal);
        Assert.Equal(("Sign up", "click"), (first.Text("eventName"), first.Text("method")));
        Assert.Equal((1_250, "usd", "i-1", "pro"), (sale.Data.GetProperty("amount").GetInt32(), sale.Text("currency"), sale.Text("invoiceId"), sale.Data.GetProperty("metadata").GetProperty("plan").GetString()));
        Assert.DoesNotContain("cleo", first.Data.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task Credit_that_moves_is_an_event_of_the_link_that_has_it_now()
    {
        var broker = await servers.Kafka;
        await EventsRig.StartAsync(broker, partitions: 3);
        await using var server = await StartAsync(broker);
        var link = await server.HasLinkAsync("ana");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_250, invoiceId = "i-1" })).Ok();
        (await server.PostAsync("/track/lead", new { clickId = server.Click(link, server.Clock.GetUtcNow().AddHours(-2)), eventName = "Sign up", customerExternalId = "c", occurredAt = server.Clock.GetUtcNow().AddHours(-1) })).Ok();

        await UntilSentAsync(server);
        var events = (await EventsRig.ReadAsync(broker)).ToLookup(one => one.Headers["ce_type"]);
        var (sale, moved) = (Assert.Single(events["com.linktracker.sale"]), Assert.Single(events["com.linktracker.credit"]));
        Assert.Empty(sale.Data.GetProperty("credits").EnumerateArray());
        Assert.Equal((sale.Id + "-2", link, sale.Id, 2), (moved.Id, moved.Key, moved.Text("conversionId"), moved.Data.GetProperty("creditVersion").GetInt32()));
        Assert.Equal((link, 1_250), (Assert.Single(moved.Data.GetProperty("credits").EnumerateArray()) is var all ? all.GetProperty("linkId").GetString() : null, moved.Data.GetProperty("credits")[0].GetProperty("amount").GetInt32()));
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task While_the_broker_is_away_events_wait_with_what_they_tell_of_and_are_sent_when_it_is_back()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await EventsRig.StartAsync(broker, partitions: 3);
        await using var server = await StartAsync(broker);
        var click = server.Click(await server.HasLinkAsync("ana"));
        await broker.StopAsync();

        (await server.PostAsync("/track/lead", new { clickId = click, eventName = "Sign up", customerExternalId = "c" })).Ok();
        Assert.Equal(1, server.Database.Read(EventOutbox.Count));

        await broker.RestartAsync();
        await UntilSentAsync(server);
        Assert.Single((await EventsRig.UntilReadAsync(broker, 1)).DistinctBy(one => one.Id));
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task A_sale_whose_transaction_fails_leaves_no_event_behind()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await EventsRig.StartAsync(broker, partitions: 3);
        await using var server = await StartAsync(broker);
        var click = server.Click(await server.HasLinkAsync("ana"));
        await broker.StopAsync();
        var sale = new SaleRequest { ClickId = click, CustomerExternalId = "c", Amount = 1_250 };

        await Assert.ThrowsAsync<InvalidDataException>(() => server.Database.WriteAsync<string>(SellAndFail, CancellationToken.None));

        Assert.Equal(0, server.Database.Read(EventOutbox.Count));

        string SellAndFail(Session session)
        {
            sale.Check();
            Assert.Equal(1, server.App.Services.GetRequiredService<Intake>().Run(session, [new IntakeCall(sale, idempotency: null)]));
            Assert.Equal(1, EventOutbox.Count(session));
            throw new InvalidDataException("behind the sale");
        }
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task Who_publishes_nothing_for_others_keeps_nothing_for_them()
    {
        await using var server = await StartAsync();
        var click = server.Click(await server.HasLinkAsync("ana"));

        (await server.PostAsync("/track/lead", new { clickId = click, eventName = "Sign up", customerExternalId = "c" })).Ok();

        Assert.Equal(0, server.Database.Read(EventOutbox.Count));
    }

    [FactWith(Need.Kafka, Need.Postgres)]
    public async Task Every_figure_of_the_cluster_s_sections_is_a_metric_with_the_same_value()
    {
        var broker = await servers.Kafka;
        await EventsRig.StartAsync(broker, partitions: 3);
        await using var server = await StartAsync(broker);
        var click = server.Click(await server.HasLinkAsync("ana"));
        (await server.PostAsync("/track/lead", new { clickId = click, eventName = "Sign up", customerExternalId = "c" })).Ok();
        await UntilSentAsync(server);
        await Eventually.HoldsAsync("the link is published", Eventually.Limit, async () =>
            (await server.GetAsync("/stats")).Ok().GetProperty("linksTopic") is var topic && topic.GetProperty("lag").GetInt64() == 0 && topic.GetProperty("published").GetInt64() > 0);

        var stats = (await server.GetAsync("/stats")).Ok();
        var figures = new[] { "linksTopic", "events" }
            .SelectMany(section => stats.GetProperty(section).EnumerateObject(), (section, figure) => ($"{section}.{figure.Name}", Number(figure.Value)))
            .OrderBy(figure => figure.Item1);

        var measured = Measure(server.App.Services);
        (string Figure, string Instrument)[] rows =
        [
            ("events.published", "linktracker.events.published"),
            ("events.publisher", "linktracker.events.publisher"),
            ("events.waiting", "linktracker.events.waiting"),
            ("linksTopic.lag", "linktracker.links.publish_lag"),
            ("linksTopic.newest", "linktracker.links.newest"),
            ("linksTopic.published", "linktracker.links.published"),
            ("linksTopic.publisher", "linktracker.links.publisher"),
        ];
        Assert.Equal(figures, rows.Select(row => (row.Figure, measured.GetValueOrDefault(row.Instrument, -1))));
        Assert.Equal((1, 1, 1, 0), (measured["linktracker.events.published"], measured["linktracker.events.publisher"], measured["linktracker.links.publisher"], measured["linktracker.events.waiting"]));
    }

    private Task<AggregatorServer> StartAsync(KafkaBroker broker) =>
        StartAsync(change: settings => settings with { KafkaBootstrapServers = broker.BootstrapServers, PublishEvents = true });

    private static Task UntilSentAsync(AggregatorServer server) =>
        Eventually.HoldsAsync("no event waits", Eventually.Limit, () => Task.FromResult(server.Database.Read(EventOutbox.Count) == 0));

    private static long Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => value.GetInt64(),
    };

    private static Dictionary<string, long> Measure(IServiceProvider services)
    {
        // Other tests run in this process, and have instruments of the same name.
        var meters = services.GetRequiredService<IMeterFactory>();
        var values = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.IsObservable && instrument.Meter.Name == EventMetrics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => values[instrument.Name] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => values[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }
}
