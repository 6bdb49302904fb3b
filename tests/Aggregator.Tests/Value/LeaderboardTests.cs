using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Analytics;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Value;

public abstract class LeaderboardTests : EngineTests
{
    [EngineFact]
    public async Task Boards_by_volume_revenue_and_quality_have_exact_ties()
    {
        await using var server = await ReportServer.StartAsync(ValueWorld.Start.AddDays(100), await ServerOfAsync(null));
        var world = new ValueWorld(server.Services.GetRequiredService<Database>());

        // One order of 10,000 euros; fifty of 900; two whose revenue is equal to the part of a cent, by other ways; one with nothing but a test.
        await HasAsync(server, world, "lucky", (1_000_000, "eur", "1.1"));
        await HasAsync(server, world, "steady", [.. Enumerable.Repeat((90_000L, "eur", (string?)"1.1"), 50)]);
        await HasAsync(server, world, "twin1", (1_000, "eur", "1.0001"), (1, "usd", null));
        await HasAsync(server, world, "twin2", (2_000, "gbp", "0.50005"), (1, "usd", null));
        await HasAsync(server, world, "almost", (1_000, "eur", "1.00009"), (1, "usd", null));
        await HasAsync(server, world, "unpriced", (9_000_000, "chf", null));
        await HasAsync(server, world, "nobody");
        world.Save();

        Assert.Equal(["1 steady", "2 lucky", "3 twin1", "3 twin2", "5 almost", "6 unpriced"], await BoardAsync("rank=revenue"));
        Assert.Equal(["1 steady", "2 twin1", "2 twin2", "2 almost", "5 lucky", "5 unpriced"], await BoardAsync("rank=volume"));
        Assert.Equal(["3 twin2", "5 almost", "6 unpriced"], await BoardAsync("rank=revenue&pageSize=3&page=2"));
        var quality = (await BoardAsync("rank=quality")).ToList();
        Assert.True(quality.IndexOf("1 steady") == 0 && quality.FindIndex(row => row.EndsWith("lucky", StringComparison.Ordinal)) > 0, string.Join(", ", quality));

        var board = await server.GetAsync("/reports/leaderboard");
        Assert.Equal(("revenue", "1", 6L), (board["rank"]!.GetValue<string>(), board["report"]!["definitions"]!.GetValue<string>(), board["count"]!.GetValue<long>()));
        var first = board["standings"]![0]!;
        Assert.Equal((4_950_000L, 50L, 50L, true), (first["netRevenue"]!.GetValue<long>(), first["customers"]!.GetValue<long>(), first["sales"]!.GetValue<long>(), first["quality"] is null));
        Assert.Equal(50, (await server.GetAsync("/reports/leaderboard?rank=quality"))["standings"]![0]!["quality"]!["customers"]!.GetValue<long>());
        var last = board["standings"]![5]!;
        Assert.Equal((0L, 1L, true), (last["netRevenue"]!.GetValue<long>(), last["unconvertedSales"]!.GetValue<long>(), last["quality"] is null));

        async Task<IEnumerable<string>> BoardAsync(string query) =>
            (await server.GetAsync("/reports/leaderboard?" + query))["standings"]!.AsArray().Select(row => $"{row!["rank"]} {row["name"]}");
    }

    [EngineFact]
    public async Task A_referrers_customers_are_listed_with_every_purchase()
    {
        await using var server = await ReportServer.StartAsync(ValueWorld.Start.AddDays(100), await ServerOfAsync(null));
        var database = server.Services.GetRequiredService<Database>();
        var world = new ValueWorld(database);
        var (id, partner, link) = await ReferrerAsync(server, "ana");
        var (_, other, otherLink) = await ReferrerAsync(server, "ben");
        long c1 = world.Customer("c1"), c2 = world.Customer("c2"), c3 = world.Customer("c3");
        world.Lead(c1, 1, 1, new Credit(link, partner));
        world.Sale(c1, 2, 3_001, "usd", [new Credit(link, partner, 1_000, 300), new Credit(link, partner, 501, 200), new Credit(otherLink, other, 1_500, 500)]);
        world.Sale(c1, 3, 50, "eur", [new Credit(link, partner, 50)]);
        world.Sale(c1, 4, 60, "eur", [new Credit(otherLink, other, 60)]);
        world.Lead(c2, 5, 1, new Credit(link, partner));
        world.Sale(c3, 5, 7, "usd", [new Credit(link, partner, 7)], isTest: true);
        for (var i = 0; i < 120; i++)
        {
            world.Sale(c2, 6 + (i / 10.0), 1 + i, "usd", [new Credit(link, partner, 1 + i)]);
        }

        world.Save();
        var answer = await server.GetAsync($"/partners/{id}/referred");
        Assert.Equal((id, "1"), (answer["partnerId"]!.GetValue<string>(), answer["definitions"]!.GetValue<string>()));
        var (second, first) = (answer["customers"]![0]!, answer["customers"]![1]!);
        Assert.Equal(("c1", 2L, "2026-01-02T00:00:00.000Z"), (first["externalId"]!.GetValue<string>(), first["sales"]!.GetValue<long>(), first["referredAt"]!.GetValue<string>()));
        Assert.Equal(["eur 50 0 50", "usd 1501 500 1001"], first["revenue"]!.AsArray().Select(row => $"{row!["currency"]} {row["gross"]} {row["refunds"]} {row["net"]}"));
        Assert.Equal(["eur 50 50 0 50", "usd 3001 1501 500 1001"], first["purchases"]!.AsArray().Select(row => $"{row!["currency"]} {row["amount"]} {row["gross"]} {row["refunds"]} {row["net"]}"));
        Assert.Equal((120L, 100), (second["sales"]!.GetValue<long>(), second["purchases"]!.AsArray().Count));
        Assert.Equal(2, answer["customers"]!.AsArray().Count);

        // The rest of them page by page.
        var rest = (await server.GetAsync($"/partners/{id}/referred?customerId={second["id"]}&pageSize=50&page=3"))["customers"]![0]!;
        Assert.Equal([20, 1], new[] { rest["purchases"]!.AsArray().Count, rest["purchases"]![19]!["amount"]!.GetValue<int>() });
        Assert.Equal("c1", (await server.GetAsync($"/partners/{id}/referred?pageSize=1&startingAfter={second["id"]}"))["customers"]![0]!["externalId"]!.GetValue<string>());
        Assert.Equal("c2", (await server.GetAsync($"/partners/{id}/referred?pageSize=1&endingBefore={first["id"]}"))["customers"]![0]!["externalId"]!.GetValue<string>());
        Assert.Empty((await server.GetAsync($"/partners/{id}/referred?customerId={EntityId.Format(EntityId.Customer, c3)}"))["customers"]!.AsArray());
        Assert.Equal(404, (await server.RefusalAsync($"/partners/{EntityId.Format(EntityId.Partner, 5)}/referred")).Status);
        Assert.StartsWith("customerId: ", (await server.RefusalAsync($"/partners/{id}/referred?customerId=c1")).Message, StringComparison.Ordinal);
        Assert.StartsWith("customerId: ", (await server.RefusalAsync($"/partners/{id}/referred?customerId={second["id"]}&startingAfter={second["id"]}")).Message, StringComparison.Ordinal);
    }

    private static async Task HasAsync(ReportServer server, ValueWorld world, string name, params (long Amount, string Currency, string? Rate)[] orders)
    {
        var (_, partner, link) = await ReferrerAsync(server, name);
        for (var i = 0; i < orders.Length; i++)
        {
            world.Sale(world.Customer(name + i), 10, orders[i].Amount, orders[i].Currency, [new Credit(link, partner, orders[i].Amount)], orders[i].Rate);
        }
    }

    private static async Task<(string Id, long Partner, long Link)> ReferrerAsync(ReportServer server, string name)
    {
        var id = (await server.PostAsync("/partners", new { name, email = name + "@example.com" }))["id"]!.GetValue<string>();
        Assert.True(EntityId.TryParse(EntityId.Partner, id, out var partner));
        return (id, partner, (await server.LinkAsync(name, new { partnerId = id })).Number);
    }
}

public sealed class LeaderboardTestsOnSqlite : LeaderboardTests;

[OnPostgres]
public sealed class LeaderboardTestsOnPostgres : LeaderboardTests;
