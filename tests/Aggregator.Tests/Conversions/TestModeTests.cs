using System.Text.Json;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Conversions;

/// <summary>What is a test without saying so.</summary>
public abstract class TestModeTests : EngineTests
{
    [EngineFact]
    public async Task A_sale_of_who_is_known_from_tests_only_is_a_test_and_stays_one_when_it_is_told_again()
    {
        await using var server = await StartAsync();
        var (test, live) = await LinksAsync(server);
        (await server.PostAsync("/track/lead", new { clickId = server.Click(test), eventName = "Sign up", customerExternalId = "c" })).Ok();
        var sale = new { customerExternalId = "c", amount = 100, invoiceId = "i" };
        var first = (await server.PostAsync("/track/sale", sale)).Ok();
        Assert.Equal("c", first.GetProperty("customer").GetProperty("externalId").GetString());
        Assert.Equal("{}", await AmountsAsync(server));

        (await server.PostAsync("/track/lead", new { clickId = server.Click(live), eventName = "Sign up", customerExternalId = "c" })).Ok();
        Assert.Equal(first.GetRawText(), (await server.PostAsync("/track/sale", sale)).Ok().GetRawText());
        Assert.Equal("{}", await AmountsAsync(server));
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 70, invoiceId = "real" })).Ok();
        Assert.Equal("""{"usd":{"posted":70,"attributed":70,"unattributed":0}}""", await AmountsAsync(server));
    }

    [EngineFact]
    public async Task What_says_that_it_is_no_test_is_real()
    {
        await using var server = await StartAsync();
        var (test, _) = await LinksAsync(server);
        (await server.PostAsync("/track/lead", new { clickId = server.Click(test), eventName = "Sign up", customerExternalId = "c" })).Ok();
        var answer = (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i", testMode = false })).Ok();
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("customer").ValueKind);
        Assert.Equal("""{"usd":{"posted":100,"attributed":0,"unattributed":100}}""", await AmountsAsync(server));
        Assert.StartsWith("testMode: ", await RefusedAsync(new { customerExternalId = "c", amount = 1, clickId = server.Click(test), testMode = false }), StringComparison.Ordinal);

        async Task<string> RefusedAsync(object sale) => (await server.PostAsync("/track/sale", sale)).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task A_refund_is_of_the_mode_that_it_says_else_of_that_of_its_sale()
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "tried", testMode = true })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "real", testMode = false })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "both" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "both", testMode = true })).Ok();
        // Its sale may be on its way.
        foreach (var (invoiceId, testMode) in new[] { ("tried", false), ("real", true) })
        {
            Assert.Equal("pending", (await server.PostAsync("/track/refund", new { invoiceId, refundId = "early", testMode })).Ok().GetProperty("status").GetString());
        }

        var refund = new { invoiceId = "tried", refundId = "r", amount = 30 };
        var first = (await server.PostAsync("/track/refund", refund)).Ok();
        Assert.Equal(("applied", 30), (first.GetProperty("status").GetString(), first.GetProperty("amount").GetInt64()));
        Assert.Equal(first.GetRawText(), (await server.PostAsync("/track/refund", refund)).Ok().GetRawText());
        Assert.Equal(first.GetRawText(), (await server.PostAsync("/track/refund", new { invoiceId = "tried", refundId = "r", amount = 30, testMode = true })).Ok().GetRawText());
        Assert.Equal("{}", (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("refunded").GetRawText());

        // The same is no repeat once a real sale has that invoice, but of the first.
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "tried" })).Ok();
        Assert.Equal(first.GetRawText(), (await server.PostAsync("/track/refund", refund)).Ok().GetRawText());
        (await server.PostAsync("/track/refund", new { invoiceId = "both", refundId = "s", amount = 20 })).Ok();

        // What waited for that sale takes effect, too.
        Assert.Equal("""{"usd":120}""", (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("refunded").GetRawText());
    }

    [EngineFact]
    public async Task A_cancellation_of_who_is_known_from_tests_only_is_a_test()
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/customers", new { externalId = "c", testMode = true })).Ok();
        Assert.Equal("c", (await server.PostAsync("/track/cancellation", new { customerExternalId = "c" })).Ok().GetProperty("customer").GetProperty("externalId").GetString());
        Assert.Equal(1, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM customers")));
        (await server.PostAsync("/track/cancellation", new { customerExternalId = "c", testMode = false })).Ok();
        Assert.Equal(2, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM customers")));
    }

    [EngineFact]
    public async Task Evidence_that_is_partly_of_a_test_is_refused()
    {
        await using var server = await StartAsync();
        var (test, live) = await LinksAsync(server);
        var clicks = new { customerExternalId = "c", amount = 1, clickId = server.Click(live), clickIds = new[] { server.Click(test) } };
        Assert.StartsWith("clickIds: ", (await server.PostAsync("/track/sale", clicks)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        var named = new { customerExternalId = "c", amount = 1, clickId = server.Click(live), programId = EntityId.Format(EntityId.Program, 77) };
        (await server.PostAsync("/track/sale", named)).Refused(422, "unprocessable_entity");
        Assert.Equal(0, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM conversions")));
    }

    [EngineFact]
    public async Task Customers_of_tests_are_found_changed_and_deleted_by_the_shops_own_id()
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/customers", new { externalId = "c", name = "Real" })).Ok();
        (await server.PostAsync("/customers", new { externalId = "c", name = "Tested", testMode = true })).Ok();
        (await server.PostAsync("/customers", new { externalId = "dx", testMode = true })).Ok();

        Assert.Equal(["Tested"], await NamesAsync("?testMode=true&externalId=c"));
        Assert.Equal(["Real"], await NamesAsync("?externalId=c"));
        Assert.Empty(await NamesAsync("?testMode=true&search=test:"));
        Assert.Equal([""], await NamesAsync("?testMode=true&search=DX"));
        Assert.Equal("Tested", (await server.GetAsync("/customers/ext_c?testMode=true")).Ok().GetProperty("name").GetString());
        (await server.PatchAsync("/customers/ext_c?testMode=true", new { name = "Changed" })).Ok();
        Assert.Equal("Real", (await server.GetAsync("/customers/ext_c")).Ok().GetProperty("name").GetString());
        (await server.DeleteAsync("/customers/ext_c?testMode=true")).Ok();
        (await server.GetAsync("/customers/ext_c?testMode=true")).Refused(404, "not_found");
        Assert.Equal("Real", (await server.GetAsync("/customers/ext_c")).Ok().GetProperty("name").GetString());

        async Task<string[]> NamesAsync(string query) => [.. (await server.GetAsync("/customers" + query)).Ok().EnumerateArray().Select(one => one.GetProperty("name").GetString() ?? "")];
    }

    private static async Task<(string Test, string Live)> LinksAsync(AggregatorServer server)
    {
        var (test, live) = (await server.HasLinkAsync("test"), await server.HasLinkAsync("live"));
        Assert.True(EntityId.TryParse(EntityId.Link, test, out var id));
        server.Database.Write(session =>
        {
            server.App.Services.GetRequiredService<ProgramStore>().Insert(session, 77, "Test", "usd", isTest: true, new ProgramRules());
            return session.Execute("UPDATE links SET program_id = 77 WHERE id = @id", new { id });
        });
        return (test, live);
    }

    private static async Task<string> AmountsAsync(AggregatorServer server) => (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("amounts").GetRawText();
}

public sealed class TestModeTestsOnSqlite : TestModeTests;

[OnPostgres]
public sealed class TestModeTestsOnPostgres : TestModeTests;
