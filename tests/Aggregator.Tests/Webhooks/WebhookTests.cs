using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Webhooks;

public abstract class WebhookTests : EngineTests
{
    [EngineFact]
    public async Task What_happens_is_told_signed_with_an_id_a_time_and_a_version_that_grows()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var webhook = await MakeAsync(server, receiver);
        Tell(server, "sale.created", "sale_1", "sale_2");

        var received = new[] { await receiver.NextAsync(), await receiver.NextAsync() };
        Assert.Equal(2, received.Select(one => one.Id).Distinct().Count());
        Assert.Equal(["sale_1", "sale_2"], received.OrderBy(one => Json(one).GetProperty("version").GetInt64()).Select(one => Json(one).GetProperty("data").GetProperty("id").GetString()));
        Assert.All(received, one =>
        {
            Assert.StartsWith("msg_", one.Id, StringComparison.Ordinal);
            Assert.Equal("sale.created", Json(one).GetProperty("type").GetString());
            Assert.InRange(Seconds(one), server.Clock.GetUtcNow().ToUnixTimeSeconds() - 60, server.Clock.GetUtcNow().ToUnixTimeSeconds());
            Assert.Equal([SignatureOf(one, webhook.GetProperty("secret").GetString()!)], one.Signatures);
        });
        await UntilAsync(server, webhook, deliveries => deliveries.All(one => one is { State: "delivered", Attempts: 1, Status: 200, NextAttemptAt: null }));
    }

    [EngineFact]
    public async Task A_delivery_that_fails_is_tried_again_under_the_same_id()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var webhook = await MakeAsync(server, receiver);
        receiver.Answers = () => Task.FromResult(500);
        Tell(server, "sale.created", "sale_1");
        var first = await receiver.NextAsync();
        await UntilAsync(server, webhook, deliveries => deliveries is [{ State: "waiting", Attempts: 1, Status: 500, NextAttemptAt: not null }]);

        receiver.Answers = () => Task.FromResult(204);
        server.Clock.Ahead += TimeSpan.FromSeconds(6);
        var second = await receiver.NextAsync();
        Assert.Equal((first.Id, first.Body), (second.Id, second.Body));
        Assert.True(Seconds(second) > Seconds(first));
        await UntilAsync(server, webhook, deliveries => deliveries is [{ State: "delivered", Attempts: 2, Status: 204 }]);
    }

    [EngineFact]
    public async Task A_turn_goes_on_until_nothing_is_due()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        await MakeAsync(server, receiver);
        server.Clock.Holds = due => due == TimeSpan.FromMilliseconds(500);
        await server.Clock.UntilHeldAsync();
        Tell(server, "sale.created", [.. Enumerable.Range(1, 50).Select(i => $"sale_{i}")]);
        server.Clock.Fire();
        for (var i = 0; i < 50; i++)
        {
            await receiver.NextAsync();
        }

        await server.App.StopAsync();
    }

    [EngineFact]
    public async Task An_attempt_that_ends_after_somebody_asked_for_it_again_takes_nothing_from_that()
    {
        await using var server = await StartForAsync();
        (await server.PostAsync("/webhooks", Valid())).Ok();
        server.Database.Write(session => session.Execute("UPDATE webhooks SET disabled_at = 1"));
        server.Database.Write(session => session.Execute("INSERT INTO webhook_messages (id, type, body, created_at) VALUES (5, 'sale.created', '{}', 0)"));
        server.Database.Write(session => session.Execute(
            "INSERT INTO webhook_deliveries (id, webhook_id, message_id, state, attempts, due_at) SELECT 6, id, 5, 'waiting', 9, 0 FROM webhooks"));
        server.Database.Write(session =>
        {
            var webhook = session.First<long>("SELECT id FROM webhooks");
            var sent = Assert.Single(DeliveryStore.Due(session, webhook, 1, 8));
            DeliveryStore.Retry(session, webhook, EntityId.Format(EntityId.Delivery, 6), 1);
            DeliveryStore.Record(session, sent, new Attempt(500, null), 1);
            return 0;
        });
        Assert.Equal(("waiting", 0), server.Database.Read(session => session.First<(string, int)>("SELECT state, attempts FROM webhook_deliveries")));
    }

    [EngineFact]
    public async Task After_the_last_attempt_it_has_failed_until_somebody_asks_for_it_again()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var webhook = await MakeAsync(server, receiver);
        receiver.Answers = () => Task.FromResult(503);
        Tell(server, "sale.created", "sale_1");
        await receiver.NextAsync();
        await UntilAsync(server, webhook, deliveries => deliveries is [{ Attempts: 1 }]);
        server.Database.Write(session => session.Execute("UPDATE webhook_deliveries SET attempts = 9, due_at = 0"));
        await receiver.NextAsync();
        var failed = Assert.Single(await UntilAsync(server, webhook, deliveries => deliveries is [{ State: "failed", Attempts: 10, NextAttemptAt: null }]));
        var stats = (await server.GetAsync("/stats")).Ok().GetProperty("webhooks");
        Assert.Equal((0L, 1L), (stats.GetProperty("waiting").GetInt64(), stats.GetProperty("failed").GetInt64()));

        receiver.Answers = () => Task.FromResult(200);
        var path = $"/webhooks/{Id(webhook)}/deliveries/";
        Assert.Equal("waiting", (await server.PostAsync(path + failed.Id + "/retry", new { })).Ok().GetProperty("state").GetString());
        await receiver.NextAsync();
        await UntilAsync(server, webhook, deliveries => deliveries is [{ State: "delivered", Attempts: 1 }]);
        (await server.PostAsync(path + "whd_0000000000001/retry", new { })).Refused(404, "not_found");
    }

    [EngineFact]
    public async Task A_receiver_that_is_gone_is_told_no_more_until_it_is_enabled_again()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var webhook = await MakeAsync(server, receiver);
        receiver.Answers = () => Task.FromResult(410);
        Tell(server, "sale.created", "sale_1");
        await receiver.NextAsync();
        await Eventually.HoldsAsync("it was disabled", Eventually.Limit, async () =>
            (await server.GetAsync("/webhooks/" + Id(webhook))).Ok().GetProperty("disabledReason").GetString() == "gone");
        Assert.Contains(Id(webhook), (await server.GetAsync("/readyz", key: null)).Ok().GetProperty("degraded").GetProperty("webhooks").GetString(), StringComparison.Ordinal);

        Tell(server, "sale.created", "sale_2");
        Assert.Equal(1, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM webhook_deliveries")));
        receiver.Answers = () => Task.FromResult(200);
        server.Clock.Ahead += TimeSpan.FromSeconds(6);
        Assert.Equal(JsonValueKind.Null, (await server.PatchAsync("/webhooks/" + Id(webhook), new { disabled = false })).Ok().GetProperty("disabledAt").ValueKind);
        Assert.Equal("sale_1", Json(await receiver.NextAsync()).GetProperty("data").GetProperty("id").GetString());
        await server.App.StopAsync();
    }

    [EngineFact]
    public async Task A_redirect_is_not_followed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var webhook = await MakeAsync(server, receiver);
        receiver.Answers = () => Task.FromResult(302);
        Tell(server, "sale.created", "sale_1");
        Assert.Equal("/hook", (await receiver.NextAsync()).Path);
        await UntilAsync(server, webhook, deliveries => deliveries is [{ State: "waiting", Attempts: 1, Status: 302 }]);
        Assert.Equal(0, receiver.Waiting);
    }

    [EngineFact]
    public async Task While_a_secret_is_changed_both_sign_and_a_day_later_only_the_new_one()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var webhook = await MakeAsync(server, receiver);
        var rotated = (await server.PostAsync($"/webhooks/{Id(webhook)}/rotate", new { })).Ok();
        var (old, young) = (webhook.GetProperty("secret").GetString()!, rotated.GetProperty("secret").GetString()!);
        Assert.NotEqual(old, young);
        Tell(server, "sale.created", "sale_1");
        var both = await receiver.NextAsync();
        Assert.Equal([SignatureOf(both, young), SignatureOf(both, old)], both.Signatures);

        server.Clock.Ahead += TimeSpan.FromHours(24);
        Tell(server, "sale.created", "sale_2");
        var one = await receiver.NextAsync();
        Assert.Equal([SignatureOf(one, young)], one.Signatures);
        await server.App.StopAsync();
    }

    [EngineFact]
    public async Task Whoever_lost_the_answer_with_a_secret_gets_it_again_by_the_same_key_and_the_one_before_still_signs()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var made = new { name = "shop", url = receiver.Url, triggers = new[] { "sale.created" } };
        var (first, again) = (await PostAsync(server, "/webhooks", "make", made), await PostAsync(server, "/webhooks", "make", made));
        Assert.Equal(first.GetRawText(), again.GetRawText());
        Assert.Equal(1, (await server.GetAsync("/webhooks")).Ok().GetArrayLength());

        var (old, path) = (first.GetProperty("secret").GetString()!, $"/webhooks/{Id(first)}/rotate");
        var young = (await PostAsync(server, path, "rotate")).GetProperty("secret").GetString()!;
        Assert.Equal(young, (await PostAsync(server, path, "rotate")).GetProperty("secret").GetString());
        Tell(server, "sale.created", "sale_1");
        var both = await receiver.NextAsync();
        Assert.Equal([SignatureOf(both, young), SignatureOf(both, old)], both.Signatures);

        var secrets = server.Database.Read(session => session.Query<string>("SELECT answer FROM idempotency_keys"));
        Assert.DoesNotContain(secrets, answer => answer.Contains("whsec_", StringComparison.Ordinal));
        Assert.NotEqual(young, (await PostAsync(server, path, "another")).GetProperty("secret").GetString());
    }

    [EngineFact]
    public async Task A_receiver_that_does_not_answer_holds_up_nobody_else()
    {
        await using var slow = await WebhookReceiver.StartAsync();
        await using var quick = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var never = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        slow.Answers = () => never.Task;
        await MakeAsync(server, slow);
        await MakeAsync(server, quick);
        Tell(server, "sale.created", "sale_1");
        await slow.NextAsync();
        await quick.NextAsync();
        Tell(server, "sale.created", "sale_2");
        Assert.Equal("sale_2", Json(await quick.NextAsync()).GetProperty("data").GetProperty("id").GetString());
        Assert.Equal(0, slow.Waiting);
        never.SetResult(200);
        await server.App.StopAsync();
    }

    [EngineFact]
    public async Task A_host_that_resolves_to_this_machine_is_not_connected_to()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartAsync();
        var webhook = (await server.PostAsync("/webhooks", new { name = "n", url = $"https://localhost:{new Uri(receiver.Url).Port}/", triggers = new[] { "sale.created" } })).Ok();
        Tell(server, "sale.created", "sale_1");
        var delivery = Assert.Single(await UntilAsync(server, webhook, deliveries => deliveries is [{ Attempts: 1, Status: null }]));
        Assert.Equal("Its host is not on the public internet; Aggregator__WebhookHosts can allow it.", delivery.Error);
    }

    [EngineFact]
    public async Task A_receiver_that_is_not_there_is_told_of_without_its_address()
    {
        var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        var webhook = await MakeAsync(server, receiver);
        await receiver.DisposeAsync();
        Tell(server, "sale.created", "sale_1");
        var delivery = Assert.Single(await UntilAsync(server, webhook, deliveries => deliveries is [{ State: "waiting", Attempts: 1, Status: null }]));
        Assert.Equal("The connection failed: ConnectionError.", delivery.Error);
    }

    [EngineFact]
    public async Task Nothing_is_kept_that_nobody_wants_or_that_did_not_happen()
    {
        await using var server = await StartForAsync();
        Tell(server, "sale.created", "sale_1");
        var made = (await server.PostAsync("/webhooks", Valid(disabled: true))).Ok();
        Tell(server, "sale.created", "sale_2");
        (await server.PatchAsync("/webhooks/" + Id(made), new { triggers = new[] { "lead.created" }, disabled = false })).Ok();
        Tell(server, "sale.created", "sale_3");
        Assert.Throws<InvalidOperationException>(() => server.Database.Write<int>(session =>
        {
            Outbox(server).Add(session, "lead.created", "lead_1", new { id = "lead_1" });
            throw new InvalidOperationException();
        }));
        Assert.Equal(0, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM webhook_messages")));
    }

    [EngineFact]
    public async Task What_is_too_large_is_told_by_its_id_alone()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartForAsync();
        await MakeAsync(server, receiver);
        server.Database.Write(session =>
        {
            Outbox(server).Add(session, "sale.created", "sale_1", new { id = "sale_1", text = new string('ü', 10_000) });
            return 0;
        });
        var received = await receiver.NextAsync();
        Assert.Equal("""{"id":"sale_1","isTooLarge":true}""", Json(received).GetProperty("data").GetRawText());
        Assert.True(Encoding.UTF8.GetByteCount(received.Body) < 20_000);
        await server.App.StopAsync();
    }

    [EngineFact]
    public async Task A_secret_is_shown_once_and_a_webhook_goes_with_all_that_waits()
    {
        await using var server = await StartForAsync();
        var made = (await server.PostAsync("/webhooks", Valid())).Ok();
        var secret = made.GetProperty("secret").GetString()!;
        Tell(server, "sale.created", "sale_1");
        foreach (var path in new[] { "/webhooks", "/webhooks/" + Id(made), $"/webhooks/{Id(made)}/deliveries" })
        {
            Assert.DoesNotContain(secret, (await server.GetAsync(path)).Text, StringComparison.Ordinal);
        }

        Assert.Equal(JsonValueKind.Null, (await server.PatchAsync("/webhooks/" + Id(made), new { name = "other" })).Ok().GetProperty("secret").ValueKind);
        Assert.Equal("other", Assert.Single((await server.GetAsync("/webhooks")).Ok().EnumerateArray()).GetProperty("name").GetString());
        (await server.DeleteAsync("/webhooks/" + Id(made))).Ok();
        (await server.GetAsync("/webhooks/" + Id(made))).Refused(404, "not_found");
        Assert.Equal(0, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM webhook_deliveries")));
    }

    [EngineFact]
    public async Task What_is_older_than_its_time_is_forgotten_some_at_a_time()
    {
        await using var server = await StartForAsync();
        (await server.PostAsync("/webhooks", Valid())).Ok();
        Tell(server, "sale.created", "sale_1", "sale_2", "sale_3");
        var now = server.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal([2, 1, 0], Enumerable.Range(0, 3).Select(_ => server.Database.Write(session => DeliveryStore.Forget(session, now + 1_000, 2))));
        Assert.Equal(0, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM webhook_deliveries")));
    }

    [EngineTheory]
    [InlineData("""{"url":"https://x.example/","triggers":["sale.created"]}""", "name: ")]
    [InlineData("""{"name":"n","triggers":["sale.created"]}""", "url: ")]
    [InlineData("""{"name":"n","url":"x","triggers":["sale.created"]}""", "url: must be an https address")]
    [InlineData("""{"name":"n","url":"ftp://x.example/","triggers":["sale.created"]}""", "url: must be an https address")]
    [InlineData("""{"name":"n","url":"https://u:p@x.example/","triggers":["sale.created"]}""", "url: must be an https address")]
    [InlineData("""{"name":"n","url":"http://x.example/","triggers":["sale.created"]}""", "url: must be https")]
    [InlineData("""{"name":"n","url":"https://169.254.169.254/","triggers":["sale.created"]}""", "url: its host is not on the public internet")]
    [InlineData("""{"name":"n","url":"https://[::1]/","triggers":["sale.created"]}""", "url: its host is not on the public internet")]
    [InlineData("""{"name":"n","url":"https://x.example/"}""", "triggers: ")]
    [InlineData("""{"name":"n","url":"https://x.example/","triggers":[]}""", "triggers: ")]
    [InlineData("""{"name":"n","url":"https://x.example/","triggers":["link.clicked"]}""", "triggers: ")]
    [InlineData("""{"name":"n","url":"https://x.example/","triggers":[null]}""", "triggers: ")]
    public async Task What_cannot_be_told_is_refused_with_its_field(string body, string message)
    {
        await using var server = await StartAsync();
        Assert.Contains(message, (await server.SendAsync(HttpMethod.Post, "/webhooks", body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal(0, (await server.GetAsync("/webhooks")).Ok().GetArrayLength());
    }

    [EngineFact]
    public async Task There_are_at_most_a_hundred()
    {
        await using var server = await StartAsync();
        server.Database.Write(session => session.ExecuteAll(
            "INSERT INTO webhooks (id, name, url, triggers, generation, created_at) VALUES (@id, 'n', 'u', 'lead.created', 1, 0)", ["id"], Enumerable.Range(1, 100).Select(id => new object?[] { (long)id })));
        (await server.PostAsync("/webhooks", Valid())).Refused(422, "unprocessable_entity");
    }

    private Task<AggregatorServer> StartForAsync() => StartAsync(change: settings => settings with { WebhookHosts = ["127.0.0.1"] });

    private static async Task<JsonElement> MakeAsync(AggregatorServer server, WebhookReceiver receiver) =>
        (await server.PostAsync("/webhooks", new { name = "shop", url = receiver.Url, triggers = new[] { "sale.created" } })).Ok();

    private static async Task<JsonElement> PostAsync(AggregatorServer server, string path, string key, object? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body ?? new { }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AggregatorServer.Key);
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await server.Client.SendAsync(request);
        return new Reply(answer.StatusCode, await answer.Content.ReadAsStringAsync()).Ok();
    }

    private static object Valid(bool disabled = false) => new { name = "n", url = "https://hooks.example/", triggers = new[] { "sale.created" }, disabled };

    private static void Tell(AggregatorServer server, string type, params string[] ids) => server.Database.Write(session =>
    {
        Outbox(server).Add(session, [.. ids.Select(id => new WebhookEvent(type, id, new { id }))]);
        return 0;
    });

    private static WebhookOutbox Outbox(AggregatorServer server) => server.App.Services.GetRequiredService<WebhookOutbox>();

    private static async Task<DeliveryAnswer[]> UntilAsync(AggregatorServer server, JsonElement webhook, Func<DeliveryAnswer[], bool> holds)
    {
        DeliveryAnswer[] deliveries = [];
        await Eventually.HoldsAsync("the deliveries are so", Eventually.Limit, async () =>
        {
            deliveries = (await server.GetAsync($"/webhooks/{Id(webhook)}/deliveries")).Ok().Deserialize<DeliveryAnswer[]>(LinkTracker.Aggregator.Api.ApiJson.Options)!;
            return holds(deliveries);
        });
        return deliveries;
    }

    private static string Id(JsonElement webhook) => webhook.GetProperty("id").GetString()!;

    private static JsonElement Json(ReceivedWebhook received) => JsonSerializer.Deserialize<JsonElement>(received.Body);

    private static long Seconds(ReceivedWebhook received) => long.Parse(received.Headers["webhook-timestamp"], CultureInfo.InvariantCulture);

    // As a receiver computes it, from the headers and the bytes that came.
    private static string SignatureOf(ReceivedWebhook received, string secret)
    {
        var signed = Encoding.UTF8.GetBytes($"{received.Id}.{received.Headers["webhook-timestamp"]}.{received.Body}");
        return "v1," + Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Convert.FromBase64String(secret.Split('_')[1]), signed));
    }
}

public sealed class WebhookTestsOnSqlite : WebhookTests;

[OnPostgres]
public sealed class WebhookTestsOnPostgres : WebhookTests;
