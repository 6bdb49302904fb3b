using System.Text.Json;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Tests.Events;

/// <summary>What webhooks and <c>/events</c> tell of who is credited.</summary>
public abstract class CreditEventTests : EngineTests
{
    [EngineFact]
    public async Task All_parts_of_a_shared_sale_are_told_and_add_up_to_it()
    {
        await using var server = await StartAsync();
        var (ana, ben) = await SharedAsync(server);
        (await server.PostAsync("/track/sale", Sale(server, ana, ben))).Ok();
        var told = Assert.Single(Told(server, WebhookEvent.SaleCreated));
        Assert.Equal((1, 1_001), (Number(told, "creditVersion"), Parts(told).Sum(part => Number(part, "amount"))));
        Assert.Equal(new[] { ana.Link, ben.Link }.Order(), Parts(told).Select(part => part.GetProperty("linkId").GetString()).Order());

        // Listed once whoever of them is asked for, and counted once.
        foreach (var query in new[] { "", "&partnerId=" + ana.Partner, "&partnerId=" + ben.Partner, "&linkId=" + ben.Link })
        {
            var listed = Assert.Single((await server.GetAsync("/events?event=sales&interval=all" + query)).Ok().EnumerateArray());
            Assert.Equal(told.GetProperty("credits").GetRawText(), listed.GetProperty("credits").GetRawText());
            Assert.Equal(1_001, Number(listed.GetProperty("sale"), "amount"));
        }

        Assert.Equal(1_001, Number((await server.GetAsync("/analytics?event=sales&interval=all")).Ok(), "saleAmount"));
        Assert.Empty((await server.GetAsync("/events?event=sales&interval=all&partnerId=pn_0000000000001")).Ok().EnumerateArray());
    }

    [EngineFact]
    public async Task A_sale_before_its_lead_is_told_again_when_it_is_credited_and_once()
    {
        await using var server = await StartAsync();
        var (ana, _) = await SharedAsync(server);
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 500, invoiceId = "i" })).Ok();
        Assert.Empty(Parts(Assert.Single(Told(server, WebhookEvent.SaleCreated))));
        var lead = new { clickId = server.Click(ana.Link, server.Clock.GetUtcNow().AddHours(-2)), eventName = "Sign up", customerExternalId = "c", occurredAt = server.Clock.GetUtcNow().AddHours(-1) };
        (await server.PostAsync("/track/lead", lead)).Ok();
        (await server.PostAsync("/track/lead", lead)).Ok();
        (await server.PostAsync("/track/refund", new { invoiceId = "i", refundId = "r", amount = 100 })).Ok();

        var moved = Assert.Single(Told(server, WebhookEvent.CreditUpdated));
        var id = moved.GetProperty("conversionId").GetString();
        Assert.Equal(($"{id}-2", "sale", 2, 500), (moved.GetProperty("id").GetString(), moved.GetProperty("type").GetString(), Number(moved, "creditVersion"), Number(moved, "amount")));
        Assert.Equal((ana.Link, ana.Partner, 500), (Parts(moved)[0].GetProperty("linkId").GetString(), Parts(moved)[0].GetProperty("partnerId").GetString(), Number(Parts(moved)[0], "amount")));
        Assert.DoesNotContain("externalId", moved.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, Number((await server.GetAsync("/events?event=sales&interval=all")).Ok()[0], "creditVersion"));
    }

    [EngineFact]
    public async Task A_lead_that_is_divided_anew_has_the_next_version_and_no_amounts()
    {
        await using var server = await StartAsync();
        var (ana, ben) = await SharedAsync(server);
        var now = server.Clock.GetUtcNow();
        var (first, second) = (server.Click(ana.Link, now.AddHours(-3)), server.Click(ben.Link, now.AddHours(-2)));
        (await server.PostAsync("/track/lead", new { clickId = first, eventName = "Sign up", customerExternalId = "c" })).Ok();

        // An earlier event of the customer shows another click.
        (await server.PostAsync("/track/event", new { customerExternalId = "c", eventName = "Looked", eventId = "e", clickId = second, occurredAt = now.AddHours(-1) })).Ok();
        var moved = Assert.Single(Told(server, WebhookEvent.CreditUpdated));
        Assert.Equal(("lead", 2), (moved.GetProperty("type").GetString(), Number(moved, "creditVersion")));
        Assert.Equal([JsonValueKind.Null, JsonValueKind.Null], Parts(moved).Select(part => part.GetProperty("amount").ValueKind));
        Assert.Equal(JsonValueKind.Null, moved.GetProperty("amount").ValueKind);
    }

    [EngineFact]
    public async Task Credit_of_a_test_is_told_to_nobody()
    {
        await using var server = await StartAsync();
        await SharedAsync(server);
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 500, invoiceId = "i", testMode = true })).Ok();
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "link0", eventName = "Sign up", customerExternalId = "c", testMode = true, occurredAt = server.Clock.GetUtcNow().AddHours(-1) })).Ok();
        Assert.Equal(2, server.Database.Read(session => session.First<long>("SELECT MAX(credit_version) FROM conversions")));
        Assert.Empty(Told(server, WebhookEvent.CreditUpdated));
    }

    private static object Sale(AggregatorServer server, (string Partner, string Link) ana, (string Partner, string Link) ben)
    {
        var now = server.Clock.GetUtcNow();
        return new { customerExternalId = "c", amount = 1_001, invoiceId = "i", clickId = server.Click(ben.Link, now.AddHours(-1)), clickIds = new[] { server.Click(ana.Link, now.AddHours(-2)) } };
    }

    /// <summary>A program that shares evenly, two partners, and a webhook that wants everything.</summary>
    private static async Task<((string Partner, string Link) Ana, (string Partner, string Link) Ben)> SharedAsync(AggregatorServer server)
    {
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Attribution = new AttributionRules { Model = "linear", ClickDays = 90 } });
        var (ana, ben) = (await shop.PartnerAsync("Ana"), await shop.PartnerAsync("Ben"));
        server.Database.Write(session =>
        {
            session.Execute(
                "INSERT INTO webhooks (id, name, url, triggers, generation, created_at) VALUES (1, 'all', 'http://127.0.0.1:9/', @types, 1, 0)", new { types = string.Join(' ', WebhookEvent.Types) });
            return session.Add(WebhookStore.Version, 1);
        });
        return ((ana, LinkOf(server, ana)), (ben, LinkOf(server, ben)));
    }

    private static string LinkOf(AggregatorServer server, string partner)
    {
        Assert.True(EntityId.TryParse(EntityId.Partner, partner, out var id));
        return EntityId.Format(EntityId.Link, server.Database.Read(session => session.First<long>("SELECT id FROM links WHERE partner_id = @id", new { id })));
    }

    private static List<JsonElement> Told(AggregatorServer server, string type) => server.Database.Read(session => session.Query<string>(
        "SELECT body FROM webhook_messages WHERE type = @type ORDER BY id", new { type })).Select(body => JsonDocument.Parse(body).RootElement.GetProperty("data")).ToList();

    private static List<JsonElement> Parts(JsonElement told) => [.. told.GetProperty("credits").EnumerateArray()];

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}

public sealed class CreditEventTestsOnSqlite : CreditEventTests;

[OnPostgres]
public sealed class CreditEventTestsOnPostgres : CreditEventTests;
