using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Conversions;

public abstract class ToldApiTests : EngineTests
{
    [EngineFact]
    public async Task What_nobody_is_credited_for_is_found_by_its_invoice_and_explained()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        await SaleAsync(server, "u1", 4_000, null);
        await SaleAsync(server, "u2", 100, "ana");

        var lost = Assert.Single(await ListAsync(server, "/conversions?credited=false"));
        Assert.Equal(("u1", "c-u1", "sale", 4_000, false), (Text(lost, "invoiceId"), Text(lost, "customerExternalId"), Text(lost, "type"), lost.GetProperty("amount").GetInt64(), lost.GetProperty("credited").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, lost.GetProperty("programId").ValueKind);
        Assert.Equal("u2", Text(Assert.Single(await ListAsync(server, "/conversions?credited=true")), "invoiceId"));
        var explained = (await server.GetAsync("/conversions/ext_u1/explanation")).Ok();
        Assert.Equal(Text(lost, "id"), Text(explained, "id"));
        (await server.GetAsync("/conversions/ext_u3/explanation")).Refused(404, "not_found");
    }

    [EngineTheory]
    [InlineData("type=lead", "lead")]
    [InlineData("invoiceId=a", "a")]
    [InlineData("customerExternalId=c-b", "b")]
    [InlineData("customerExternalId=nobody", "")]
    [InlineData("start=2020-01-01", "lead b a")]
    [InlineData("end=2020-01-01", "")]
    [InlineData("programId=prog_0000000000001", "")]
    [InlineData("customerId=nobody", "")]
    [InlineData("pageSize=1", "lead")]
    [InlineData("pageSize=1&page=2", "b")]
    [InlineData("testMode=true", "t")]
    public async Task They_are_chosen_by_what_was_told(string query, string expected)
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        await SaleAsync(server, "a", 1, null);
        await SaleAsync(server, "b", 1, "ana");
        (await server.PostAsync("/track/lead", new { customerExternalId = "l", eventName = "Sign up", referralCode = "ana" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c-t", amount = 1, invoiceId = "t", testMode = true })).Ok();
        Assert.Equal(expected, string.Join(' ', (await ListAsync(server, "/conversions?" + query)).Select(one => Text(one, "invoiceId") ?? Text(one, "type"))));
        Assert.All(await ListAsync(server, "/conversions?testMode=true"), one => Assert.Equal("c-t", Text(one, "customerExternalId")));
    }

    [EngineFact]
    public async Task A_list_goes_on_behind_any_of_its_ids()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        (await server.PostAsync("/track/lead", new { customerExternalId = "l", eventName = "Sign up", referralCode = "ana" })).Ok();
        await SaleAsync(server, "a", 1, "ana");
        (await server.PostAsync("/track/event", new { customerExternalId = "l", eventName = "Activated" })).Ok();
        var all = (await ListAsync(server, "/conversions")).Select(one => Text(one, "id")!).ToList();
        Assert.Equal(["evt_", "sale_", "lead_"], all.Select(id => id[..(id.IndexOf('_', StringComparison.Ordinal) + 1)]));
        for (var i = 0; i < all.Count; i++)
        {
            Assert.Equal(all[(i + 1)..], (await ListAsync(server, "/conversions?startingAfter=" + all[i])).Select(one => Text(one, "id")!));
            Assert.Equal(all[..i], (await ListAsync(server, "/conversions?endingBefore=" + all[i])).Select(one => Text(one, "id")!));
        }

        (await server.GetAsync("/conversions?startingAfter=cus_0000000000001")).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task What_was_told_in_two_ways_is_found()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        await SaleAsync(server, "a", 100, "ana");
        await SaleAsync(server, "b", 100, "ana");
        await SaleAsync(server, "b", 200, "ana");
        await RefundAsync(server, "r", "a", 10);
        await RefundAsync(server, "r", "a", 20);
        await RefundAsync(server, "q", "b", 10);
        var sale = Assert.Single(await ListAsync(server, "/conversions?conflicts=true"));
        Assert.Equal(("b", 1, 100), (Text(sale, "invoiceId"), sale.GetProperty("conflicts").GetInt64(), sale.GetProperty("amount").GetInt64()));
        Assert.Equal("r", Text(Assert.Single(await ListAsync(server, "/refunds?conflicts=true")), "refundId"));
    }

    [EngineFact]
    public async Task Refunds_tell_what_became_of_them()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        await RefundAsync(server, "early", "a", 10);
        await RefundAsync(server, "much", "a", 1_000);
        await RefundAsync(server, "lost", "z", 5);
        await SaleAsync(server, "a", 100, "ana");
        (await server.PostAsync("/track/refund", new { invoiceId = "a", refundId = "back", amount = 20, type = "chargeback", reason = "stolen" })).Ok();
        Assert.Equal(
            ["back chargeback a applied 20", "lost refund z pending 0", "much refund a void 0", "early refund a applied 10"],
            (await ListAsync(server, "/refunds")).Select(one => $"{Text(one, "refundId")} {Text(one, "type")} {Text(one, "invoiceId")} {Text(one, "status")} {one.GetProperty("applied").GetInt64()}"));
        Assert.Equal(["lost"], (await ListAsync(server, "/refunds?status=pending")).Select(one => Text(one, "refundId")));
        Assert.Equal(["much"], (await ListAsync(server, "/refunds?status=void&invoiceId=a")).Select(one => Text(one, "refundId")));
        Assert.Equal("stolen", Text(Assert.Single(await ListAsync(server, "/refunds?type=chargeback&refundId=back")), "reason"));
        Assert.Empty(await ListAsync(server, "/refunds?testMode=true"));
        (await server.GetAsync("/refunds?status=gone")).Refused(422, "unprocessable_entity");
    }

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(AggregatorServer server, string path) => [.. (await server.GetAsync(path)).Ok().EnumerateArray()];

    private static async Task SaleAsync(AggregatorServer server, string invoiceId, long amount, string? referralCode) =>
        (await server.PostAsync("/track/sale", new { customerExternalId = "c-" + invoiceId, amount, invoiceId, referralCode })).Ok();

    private static async Task RefundAsync(AggregatorServer server, string refundId, string invoiceId, long amount) =>
        (await server.PostAsync("/track/refund", new { invoiceId, refundId, amount })).Ok();

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}

public sealed class ToldApiTestsOnSqlite : ToldApiTests;

[OnPostgres]
public sealed class ToldApiTestsOnPostgres : ToldApiTests;
