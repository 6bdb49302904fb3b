using System.Globalization;
using System.Text.Json;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>What is given one by one, and worth more or less than that later.</summary>
public abstract class GiftTests : EngineTests
{
    private static readonly RewardRule Credit = new()
    {
        Id = "credit",
        Kind = "credit",
        Amount = 500,
        Tiers = new RewardTiers { By = "count", Period = "all", Mode = "retroactive", Steps = [new RewardTier(2, 800), new RewardTier(3, 900)] },
    };

    [EngineFact]
    public async Task What_was_given_and_is_worth_more_later_is_payable_again_and_its_rest_is_given_once()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [Credit] });
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        await shop.ReleaseAsync();
        var id = (await server.GetAsync("/rewards")).Ok()[0].GetProperty("id").GetString()!;
        Assert.Equal("fulfilled 500: 0, 500", Text((await server.PostAsync($"/rewards/{id}/fulfil", new { })).Ok()));

        TellOf(server);
        shop.Sale(ana, "d", 10_000, invoice: "second");
        Assert.Equal("payable 800: 300, 500", Text(Assert.Single((await server.GetAsync("/rewards?status=payable")).Ok().EnumerateArray())));
        Assert.Equal("payable 800", Assert.Single(Told(server, id)));

        var rest = await GiveAsync(server, id, "rest");
        Assert.Equal("fulfilled 800: 0, 800", Text(rest.Ok()));
        Assert.Equal(rest, await server.PostAsync($"/rewards/{id}/fulfil", new { }));
        Assert.Equal("fulfilled 800: 0, 800", Text(Assert.Single((await server.GetAsync("/rewards?status=fulfilled")).Ok().EnumerateArray())));

        // Who sends that call again means the rest of then.
        shop.Sale(ana, "e", 10_000, invoice: "third");
        Assert.Equal(rest, await GiveAsync(server, id, "rest"));
        Assert.Equal("payable 900: 100, 800", Text(Assert.Single((await server.GetAsync("/rewards?status=payable")).Ok().EnumerateArray())));
        await shop.ReleaseAsync();
        foreach (var reward in (await server.GetAsync("/rewards?status=payable")).Ok().EnumerateArray())
        {
            Assert.Equal("fulfilled 900: 0, 900", Text((await GiveAsync(server, reward.GetProperty("id").GetString()!, "last")).Ok()));
        }

        Assert.Equal("paid 2700, payable 0, pending 0, expense -2700", await BalancesAsync(server, "credit:usd"));
        await LedgerApiTests.HoldsAsync(server);
    }

    [EngineFact]
    public async Task What_was_given_by_a_rate_that_is_replaced_has_a_rest_only_as_long_as_it_is_worth_more()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { HoldingDays = 0, Rewards = [new RewardRule { Id = "friend", Side = "friend", BasisPoints = 1_000 }] });
        await shop.PartnerAsync("Ana");
        var day = server.Clock.GetUtcNow().AddDays(-2);
        await IsWorthAsync("1");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 10_000, currency = "eur", invoiceId = "i", referralCode = "link0", occurredAt = day.AddDays(1) })).Ok();
        await shop.ReleaseAsync();
        var id = (await server.GetAsync("/rewards")).Ok()[0].GetProperty("id").GetString()!;
        Assert.Equal("fulfilled 1000: 0, 1000", Text((await GiveAsync(server, id, "first")).Ok()));

        await IsWorthAsync("2");
        Assert.Equal("payable 2000: 1000, 1000", Text((await server.GetAsync("/rewards")).Ok()[0]));
        await IsWorthAsync("0.9");
        Assert.Equal("fulfilled 900: 0, 1000", Text((await server.PostAsync($"/rewards/{id}/fulfil", new { })).Ok()));
        await IsWorthAsync("1.5");
        Assert.Equal("fulfilled 1500: 0, 1500", Text((await GiveAsync(server, id, "second")).Ok()));
        Assert.Equal("paid 1500, payable 0, pending 0, expense -1500", await BalancesAsync(server, "usd"));
        await LedgerApiTests.HoldsAsync(server);

        async Task IsWorthAsync(string rate)
        {
            (await server.PutAsync("/exchange-rates", new[] { new { currency = "eur", date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), rate, source = "a", replace = true } })).Ok();
            await shop.ReleaseAsync(0);
        }
    }

    [EngineFact]
    public async Task What_was_given_too_much_is_set_off_and_owed_again_when_it_is_worth_as_much_again()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [new RewardRule { Id = "credit", Side = "friend", Kind = "credit", Amount = 500 }] });
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        await shop.ReleaseAsync();
        var first = (await server.GetAsync("/rewards")).Ok()[0].GetProperty("id").GetString()!;
        (await GiveAsync(server, first, "k")).Ok();
        shop.Sale(ana, "c", 10_000, refunded: 6_000);
        shop.Sale(ana, "c", 10_000, invoice: "second");
        await shop.ReleaseAsync();
        var second = (await server.GetAsync("/rewards?status=payable")).Ok()[0].GetProperty("id").GetString()!;
        Assert.Equal("fulfilled 500: 0, 200", Text((await GiveAsync(server, second, "k")).Ok()));

        shop.Sale(ana, "c", 10_000);
        Assert.Equal([$"{second} fulfilled 500: 0, 200", $"{first} payable 500: 300, 500"], (await server.GetAsync("/rewards")).Ok().EnumerateArray().Select(one => $"{one.GetProperty("id").GetString()} {Text(one)}"));
        Assert.Equal("fulfilled 500: 0, 800", Text((await GiveAsync(server, first, "l")).Ok()));
        Assert.Equal("paid 1000, payable 0, pending 0, expense -1000", await BalancesAsync(server, "credit:usd"));
        await LedgerApiTests.HoldsAsync(server);
    }

    private static async Task<Reply> GiveAsync(AggregatorServer server, string id, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/rewards/{id}/fulfil");
        request.Headers.Authorization = new("Bearer", AggregatorServer.Key);
        request.Headers.Add("Idempotency-Key", key);
        using var response = await server.Client.SendAsync(request);
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Text(JsonElement reward) =>
        $"{reward.GetProperty("status").GetString()} {reward.GetProperty("amount").GetInt64()}: {reward.GetProperty("amountToGive").GetInt64()}, {reward.GetProperty("amountGiven").GetInt64()}";

    private static async Task<string> BalancesAsync(AggregatorServer server, string unit) => string.Join(
        ", ", (await server.GetAsync("/ledger/balances?unit=" + unit)).Ok().EnumerateArray().Select(one => $"{one.GetProperty("account").GetString()} {one.GetProperty("amount").GetInt64()}"));

    private static void TellOf(AggregatorServer server) => server.Database.Write(session =>
    {
        session.Execute(
            "INSERT INTO webhooks (id, name, url, triggers, generation, created_at) VALUES (1, 'all', 'http://127.0.0.1:9/', @types, 1, 0)", new { types = WebhookEvent.CommissionUpdated });
        return session.Add(WebhookStore.Version, 1);
    });

    private static IEnumerable<string> Told(AggregatorServer server, string id) => server.Database.Read(session => session.Query<string>("SELECT body FROM webhook_messages ORDER BY id"))
        .Select(body => JsonDocument.Parse(body).RootElement.GetProperty("data")).Where(data => data.GetProperty("id").GetString() == id)
        .Select(data => $"{data.GetProperty("status").GetString()} {data.GetProperty("earnings").GetInt64()}");
}

public sealed class GiftTestsOnSqlite : GiftTests;

[OnPostgres]
public sealed class GiftTestsOnPostgres : GiftTests;
