using System.Text.Json;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;

namespace LinkTracker.Aggregator.Tests.Api;

/// <summary>What is left of a person after the customer was deleted, and what comes of requests that are sent again.</summary>
public abstract class ErasureTests : EngineTests
{
    private static readonly object Lead = new
    {
        clickId = "",
        referralCode = "link0",
        eventName = "Sign up",
        customerExternalId = "zelda-7",
        customerName = "Zelda Quux",
        customerEmail = "zelda@example.com",
        metadata = new { note = "Quux" },
    };

    private static readonly object Sale = new { customerExternalId = "zelda-7", customerName = "Zelda Quux", amount = 1_000, invoiceId = "i", metadata = new { to = "zelda@example.com" } };

    [EngineFact]
    public async Task No_table_names_a_person_that_was_deleted()
    {
        await using var server = await StartAsync();
        var shop = await ShopAsync(server);
        (await server.PostAsync("/webhooks", new { name = "w", url = "https://hooks.example.com", triggers = new[] { "lead.created", "sale.created", "refund.created", "commission.created" } })).Ok();
        var told = new (string Path, object Body)[]
        {
            ("/track/lead", Lead),
            ("/track/sale", Sale),
            ("/track/event", new { customerExternalId = "zelda-7", eventName = "Activated", eventId = "e", metadata = new { who = "Zelda Quux" } }),
            ("/track/refund", new { invoiceId = "i", refundId = "r", amount = 100, reason = "Zelda did not like it" }),
            ("/track/cancellation", new { customerExternalId = "zelda-7" }),
        };
        foreach (var (path, body) in told)
        {
            await SendWithKeyAsync(server, path, body);
        }

        (await server.PatchAsync("/customers/ext_zelda-7", new { attributes = new { street = "Quux 5" } })).Ok();
        server.Database.Write(session => session.Execute("UPDATE conversions SET request_hash = 'plain' WHERE kind = 'event'"));
        Assert.NotEmpty(Naming(server));
        var owed = await shop.StatusesAsync();
        (await server.DeleteAsync("/customers/ext_zelda-7")).Ok();
        Assert.Empty(Naming(server));
        Assert.Equal(owed, await shop.StatusesAsync());

        foreach (var (path, body) in told[..4])
        {
            var answer = await SendWithKeyAsync(server, path, body);
            Assert.DoesNotContain("zelda", answer, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(answer, (await server.PostAsync(path, body)).Ok().GetRawText());
        }

        Assert.Empty(Naming(server));
        Assert.Equal(owed, await shop.StatusesAsync());
    }

    [EngineFact]
    public async Task What_a_changed_commission_was_answered_with_forgets_its_customer()
    {
        await using var server = await StartAsync();
        await ShopAsync(server);
        (await server.PostAsync("/track/lead", Lead)).Ok();
        (await server.PostAsync("/track/sale", Sale)).Ok();
        (await server.PatchAsync("/customers/ext_zelda-7", new { attributes = new { street = "Quux 5" } })).Ok();
        foreach (var commission in (await server.GetAsync("/commissions")).Ok().EnumerateArray())
        {
            await SendWithKeyAsync(server, "/commissions/" + commission.GetProperty("id").GetString(), new { earnings = 7 }, HttpMethod.Patch);
        }

        Assert.Contains("idempotency_keys.answer", Naming(server));
        (await server.DeleteAsync("/customers/ext_zelda-7")).Ok();
        Assert.Empty(Naming(server));
    }

    [EngineFact]
    public async Task Who_only_bought_so_far_can_be_deleted()
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/track/sale", Sale)).Ok();
        (await server.GetAsync("/customers/ext_zelda-7")).Refused(404, "not_found");
        (await server.DeleteAsync("/customers/ext_zelda-7")).Ok();
        Assert.Empty(Naming(server));
        (await server.DeleteAsync("/customers/ext_zelda-7")).Refused(404, "not_found");
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lead_that_is_sent_again_after_its_customer_was_renamed_or_deleted_is_a_repeat(bool isDeleted)
    {
        await using var server = await StartAsync();
        var shop = await ShopAsync(server);
        (await server.PostAsync("/track/lead", Lead)).Ok();
        (isDeleted ? await server.DeleteAsync("/customers/ext_zelda-7") : await server.PatchAsync("/customers/ext_zelda-7", new { externalId = "z8" })).Ok();
        var owed = await shop.StatusesAsync();

        var repeat = (await server.PostAsync("/track/lead", Lead)).Ok().GetProperty("customer");
        Assert.Equal(isDeleted ? JsonValueKind.Null : JsonValueKind.String, repeat.GetProperty("name").ValueKind);
        Assert.Equal((1, 1), (Count(server, "customers"), Count(server, "conversions")));
        Assert.Equal(owed, await shop.StatusesAsync());
        Assert.Equal(1, (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("leadRepeats").GetInt32());

        // Another body is somebody else, who may be deleted too.
        var other = new { clickId = "", referralCode = "link0", eventName = "Sign up", customerExternalId = "zelda-7", customerName = "Another" };
        (await server.PostAsync("/track/lead", other)).Ok();
        Assert.Equal((2, 2), (Count(server, "customers"), Count(server, "conversions")));
        (await server.DeleteAsync("/customers/ext_zelda-7")).Ok();
        (await server.PostAsync("/track/lead", other)).Ok();
        (await server.PostAsync("/track/lead", Lead)).Ok();
        Assert.Equal((2, 2), (Count(server, "customers"), Count(server, "conversions")));
    }

    private static async Task<LedgerShop> ShopAsync(AggregatorServer server)
    {
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [new RewardRule { Id = "sales", BasisPoints = 1_000 }, new RewardRule { Id = "leads", Event = "lead", Kind = "flat", Amount = 50 }] });
        await shop.PartnerAsync("Ana");
        return shop;
    }

    private static async Task<string> SendWithKeyAsync(AggregatorServer server, string path, object body, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", AggregatorServer.Key);
        request.Headers.Add("Idempotency-Key", "key");
        using var response = await server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    // Every column of text there is.
    private List<string> Naming(AggregatorServer server) => server.Database.Read(session =>
    {
        var columns = session.Query<(string Table, string Column)>(IsOnPostgres
            ? "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'text'"
            : "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'TEXT'");
        Assert.True(columns.Count > 50);
        return columns.Where(one => session.First<long>(
            $"""SELECT COUNT(*) FROM "{one.Table}" WHERE lower("{one.Column}") LIKE '%zelda%' OR lower("{one.Column}") LIKE '%quux%' OR "{one.Column}" = 'plain'""") > 0)
            .Select(one => $"{one.Table}.{one.Column}").ToList();
    });

    private static int Count(AggregatorServer server, string table) => server.Database.Read(session => session.First<int>($"SELECT COUNT(*) FROM {table}"));
}

public sealed class ErasureTestsOnSqlite : ErasureTests;

[OnPostgres]
public sealed class ErasureTestsOnPostgres : ErasureTests;
