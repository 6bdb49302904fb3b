using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Analytics;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Value;

public abstract class ReportsTests : EngineTests
{
    // Day 395.
    private static readonly DateTimeOffset Now = ValueWorld.Start.AddDays(395);

    [EngineFact]
    public async Task Every_figure_of_a_small_world_is_the_one_computed_by_hand()
    {
        await using var server = await SmallWorldAsync();
        var report = await server.GetAsync("/reports/partners");
        Assert.Equal(("2027-01-31T00:00:00.000Z", "1", "usd"), (Text(report["report"]!["asOf"]), Text(report["report"]!["definitions"]), Text(report["report"]!["currency"])));
        var ana = report["partners"]![0]!;
        Assert.Equal(("Ana", 10L, 10L, 3L, 4L, 4L, 5L), (Text(ana["name"]), Long(ana["clicks"]), Long(ana["uniques"]), Long(ana["leads"]), Long(ana["customers"]), Long(ana["newCustomers"]), Long(ana["sales"])));

        // 100.00 + 50.00 + 15.01 dollars, of which 20.00 and 5.00 went back; 10,000 yen are 67.00 dollars; for 20.00 euros no rate is known.
        Assert.Equal(["eur 1 2000 0 2000", "jpy 1 10000 0 10000", "usd 3 16501 2500 14001"],
            ana["revenue"]!.AsArray().Select(row => $"{row!["currency"]} {row["sales"]} {row["gross"]} {row["refunds"]} {row["net"]}"));
        Assert.Equal("usd 4 1 23201 2500 20701", Text(ana["converted"], "currency", "sales", "unconvertedSales", "gross", "refunds", "net"));
        Assert.Equal("5175.25 = 20701/4", Ratio(ana["converted"]!["averageOrder"]));
        Assert.Equal("0.107754 = 2500/23201", Ratio(ana["converted"]!["refundRate"]));
        Assert.Equal("2070.1 = 20701/10", Ratio(ana["converted"]!["revenuePerClick"]));
        var usd = ana["revenue"]![2]!;
        Assert.Equal(["4667 = 14001/3", "0.151506 = 2500/16501", "1400.1 = 14001/10", "140 = 1400/10"],
            new[] { "averageOrder", "refundRate", "revenuePerClick", "rewardPerClick" }.Select(name => Ratio(usd[name])));

        Assert.Equal(["0.3 = 3/10", "1.333333 = 4/3", "0.4 = 4/10", "0.25 = 1/4"],
            new[] { "clickToLeadRate", "leadToCustomerRate", "clickToCustomerRate", "repeatRate" }.Select(name => Ratio(ana[name])));
        Assert.Equal(["5900.333333 = 17701/3", "6900.333333 = 20701/3", "6900.333333 = 20701/3"],
            new[] { "days90", "days365", "toDate" }.Select(name => Ratio(ana["lifetimeValue"]![name])));
        Assert.Equal(1, Long(ana["lifetimeValue"]!["unconvertedSales"]));
        Assert.Equal(["0.75 = 3/4", "0.5 = 2/4", "0 = 0/3"], new[] { "days30", "days90", "days365" }.Select(name => Ratio(ana["retention"]![name])));

        // Counted are 67.00 and 10.01, not the best one's 130.00; of all referrers 67.00, 10.01 and Ben's 9.00: 28.67 in the mean.
        // (77.01 + 20 · 28.67) / 22 = 29.564, and 1.96 · 33.1986 / √22 = 13.873 on each side.
        Assert.Equal("2956 1569 4344 3 2 7701", Text(ana["quality"], "score", "low", "high", "customers", "counted", "countedNet"));
        Assert.Equal("20 3 8601 2867", Text(ana["quality"]!["prior"], "weight", "customers", "net", "mean"));
        Assert.Equal("6900.333333 = 20701/3", Ratio(ana["quality"]!["mean"]));

        var ben = report["partners"]![1]!;
        Assert.Equal("2400 500 1900", Text(ben["converted"], "gross", "refunds", "net"));
        Assert.Equal("2773 2 1 900", Text(ben["quality"], "score", "customers", "counted", "countedNet"));
        Assert.Equal(" = 2/0", Ratio(ben["leadToCustomerRate"]));
    }

    [EngineFact]
    public async Task What_was_posted_is_what_referrers_and_nobody_have_whatever_is_filtered()
    {
        await using var server = await SmallWorldAsync();
        var totals = (await server.GetAsync("/reports/partners"))["totals"]!;
        Assert.Equal(["eur 2000 0 2000", "jpy 10000 0 10000", "usd 20011 3033 16978"], Rows(totals["posted"]));
        Assert.Equal(["eur 2000 0 2000", "jpy 10000 0 10000", "usd 18901 3000 15901"], Rows(totals["referrers"]));
        Assert.Equal(["usd 1110 33 1077"], Rows(totals["unattributed"]));
        Assert.Empty(Rows(totals["otherReferrers"]));

        var ben = await server.GetAsync("/reports/partners?partnerId=" + await IdOfAsync(server, "Ben"));
        Assert.Equal(1, Long(ben["count"]));
        Assert.Equal(["usd 2400 500 1900"], Rows(ben["totals"]!["referrers"]));
        Assert.Equal(["eur 2000 0 2000", "jpy 10000 0 10000", "usd 16501 2500 14001"], Rows(ben["totals"]!["otherReferrers"]));
    }

    [EngineFact]
    public async Task Time_currency_and_country_choose_what_occurred()
    {
        await using var server = await SmallWorldAsync();
        var early = (await server.GetAsync("/reports/partners?start=2026-01-01&end=2026-01-02"))["partners"]!;
        Assert.Equal(("Ana", 1L, 1L, 0L), (Text(early[0]!["name"]), Long(early[0]!["sales"]), Long(early[0]!["newCustomers"]), Long(early[0]!["clicks"])));
        Assert.Equal(("Ben", 1L), (Text(early[1]!["name"]), Long(early[1]!["sales"])));

        // Of the customer that came on that day all is in its lifetime value, also what came later.
        Assert.Equal("13000 = 13000/1", Ratio(early[0]!["lifetimeValue"]!["toDate"]));

        var yen = (await server.GetAsync("/reports/partners?currency=JPY"))["partners"]![0]!;
        Assert.Equal("jpy 1 0 10000 0 10000", Text(yen["converted"], "currency", "sales", "unconvertedSales", "gross", "refunds", "net"));
        var german = (await server.GetAsync("/reports/partners?country=de&sortBy=clicks"))["partners"]!.AsArray();
        Assert.Equal([("Ana", 2L, 1L), ("Ben", 0L, 0L)], german.Select(row => (Text(row!["name"]), Long(row["clicks"]), Long(row["sales"]))));
    }

    [EngineTheory]
    [InlineData("netRevenue", "Ana Ben")]
    [InlineData("grossRevenue", "Ana Ben")]
    [InlineData("sales", "Ana Ben")]
    [InlineData("customers", "Ana Ben")]
    [InlineData("leads", "Ana Ben")]
    [InlineData("clicks", "Ana Ben")]
    [InlineData("quality", "Ana Ben")]
    [InlineData("quality&sortOrder=asc", "Ben Ana")]
    [InlineData("clicks&sortOrder=asc&pageSize=1", "Ben")]
    [InlineData("clicks&page=2&pageSize=1", "Ben")]
    public async Task Referrers_are_listed_by_what_is_asked_for(string sortBy, string names)
    {
        await using var server = await SmallWorldAsync();
        var report = await server.GetAsync("/reports/partners?sortBy=" + sortBy);
        Assert.Equal(names, string.Join(' ', report["partners"]!.AsArray().Select(row => Text(row!["name"]))));
        Assert.Equal(2, Long(report["count"]));
    }

    [EngineFact]
    public async Task A_group_is_who_was_in_it_at_the_end_of_the_time()
    {
        await using var server = await SmallWorldAsync();
        server.Services.GetRequiredService<Database>().Write(session => session.Execute(
            "INSERT INTO memberships (program_id, partner_id, valid_from, group_name) VALUES ((SELECT MIN(id) FROM programs), (SELECT id FROM partners WHERE name = 'Ana'), @at, 'gold')",
            new { at = ValueWorld.Ms(100) }));
        Assert.Equal(["Ana"], await NamesAsync("groupId=gold"));
        Assert.Equal(["Ben"], await NamesAsync("groupId=default"));
        Assert.Equal(["Ana", "Ben"], await NamesAsync("groupId=default&end=2026-04-01"));
        Assert.Empty(await NamesAsync("groupId=silver"));

        async Task<IEnumerable<string?>> NamesAsync(string query) =>
            (await server.GetAsync("/reports/partners?" + query))["partners"]!.AsArray().Select(row => (string?)Text(row!["name"]));
    }

    [EngineFact]
    public async Task A_programs_report_has_what_is_its_own_and_test_data_is_in_a_test_programs_alone()
    {
        await using var server = await SmallWorldAsync();
        var database = server.Services.GetRequiredService<Database>();
        database.Write(session => session.Execute("INSERT INTO programs (id, name, currency, is_test, created_at, updated_at) VALUES (7, 'Test', 'usd', 1, 0, 0), (8, 'Other', 'usd', 0, 0, 0)"));
        database.Write(session => session.Execute("INSERT INTO program_rules (program_id, version, valid_from, rules, created_at) VALUES (7, 1, 0, '{}', 0), (8, 1, 0, '{}', 0)"));
        database.Write(session => session.Add(LinkTracker.Aggregator.Programs.ProgramStore.Version, 1));
        var ana = database.Read(session => session.First<long>("SELECT id FROM partners WHERE name = 'Ana'"));
        var world = new ValueWorld(database);
        var link = database.Read(session => session.First<long>("SELECT id FROM links WHERE key = 'ana'"));
        var other = database.Read(session => session.First<long>("SELECT id FROM customers WHERE external_id = 'c1'"));
        world.Sale(other, 1, 5, "usd", [new Credit(link, ana, 5)], program: 7, isTest: true);
        world.Sale(other, 1, 70, "usd", [new Credit(link, ana, 70)], program: 8);
        world.Save();
        world.Reward(ana, 1, "test:usd", 3, isTest: true, program: 7);
        world.Reward(ana, 1, "test:credit:usd", 999, isTest: true, program: 7);
        Assert.Equal(3, Long((await server.GetAsync("/reports/partners?programId=" + EntityId.Format(EntityId.Program, 7)))["partners"]![0]!["revenue"]![0]!["reward"]));
        Assert.Equal(["usd 5 0 5"], Rows(await TotalsAsync(7)));
        Assert.Equal(["usd 70 0 70"], Rows(await TotalsAsync(8)));
        Assert.Equal(["eur 2000 0 2000", "jpy 10000 0 10000", "usd 20081 3033 17048"], Rows((await server.GetAsync("/reports/partners"))["totals"]!["posted"]));
        Assert.Equal(404, (await server.RefusalAsync("/reports/partners?programId=" + EntityId.Format(EntityId.Program, 9))).Status);

        async Task<JsonNode> TotalsAsync(long program) =>
            (await server.GetAsync("/reports/partners?programId=" + EntityId.Format(EntityId.Program, program)))["totals"]!["posted"]!;
    }

    [EngineTheory]
    [InlineData("/reports/partners?sortBy=epc", "sortBy: ")]
    [InlineData("/reports/partners?sortOrder=up", "sortOrder: ")]
    [InlineData("/reports/partners?currency=xyz", "currency: ")]
    [InlineData("/reports/partners?country=Germany", "country: ")]
    [InlineData("/reports/partners?programId=7", "programId: ")]
    [InlineData("/reports/partners?partnerId=ana", "partnerId: ")]
    [InlineData("/reports/partners?start=2026-02-01&end=2026-01-01", "start: ")]
    [InlineData("/reports/partners?pageSize=101", "pageSize: ")]
    [InlineData("/reports/leaderboard?rank=best", "rank: ")]
    public async Task A_question_that_is_none_is_refused(string path, string message)
    {
        await using var server = await ReportServer.StartAsync(Now, await ServerOfAsync(null));
        var refusal = await server.RefusalAsync(path);
        Assert.Equal((422, "unprocessable_entity"), (refusal.Status, refusal.Code));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Each_metric_is_explained_where_it_stands()
    {
        await using var server = await SmallWorldAsync();
        var metrics = (await server.GetAsync("/reports/metrics"))["metrics"]!.AsArray();
        var ana = (await server.GetAsync("/reports/partners"))["partners"]![0]!;
        Assert.All(metrics, metric =>
        {
            var node = ana;
            foreach (var step in Text(metric!["field"]).Split('.'))
            {
                node = step.EndsWith("[]", StringComparison.Ordinal) ? node![step[..^2]]![0] : node![step] ?? node["revenue"]![0]![step];
                Assert.NotNull(node);
            }

            Assert.EndsWith("@1", Text(metric["id"]), StringComparison.Ordinal);
            Assert.Equal(node is JsonObject ratio && ratio.ContainsKey("numerator"), metric["numerator"] is not null && Text(metric["field"]) != "quality.score");
        });
        Assert.DoesNotContain(metrics, metric => Text(metric!["field"]).Contains("epc", StringComparison.OrdinalIgnoreCase));
    }

    [EngineFact]
    public async Task Coverage_tells_what_is_not_known()
    {
        await using var server = await SmallWorldAsync();
        var coverage = (await server.GetAsync("/reports/partners?country=DE&groupId=default"))["coverage"]!;
        Assert.Equal("2026-05-04T12:00:00.000Z", Text(coverage["clicksSince"]));
        var all = (await server.GetAsync("/reports/partners"))["coverage"]!;
        Assert.Equal(("2026-01-01T00:00:00.000Z", 1L), (Text(all["salesSince"]), Long(all["unconvertedSales"])));
        Assert.Contains(all["notes"]!.AsArray(), note => Text(note).Contains("no exchange rate", StringComparison.Ordinal));
        Assert.Contains(all["notes"]!.AsArray(), note => Text(note).Contains("nothing is known", StringComparison.Ordinal));
    }

    private async Task<ReportServer> SmallWorldAsync()
    {
        var server = await ReportServer.StartAsync(Now, await ServerOfAsync(null));
        var (ana, anaLink) = await ReferrerAsync(server, "Ana");
        var (ben, benLink) = await ReferrerAsync(server, "Ben");
        var (_, solo) = await server.LinkAsync("solo");
        await server.ClickAsync(
        [
            .. Enumerable.Range(1, 10).Select(i => new TestClick { Link = anaLink, Visitor = (ulong)i, Country = i <= 2 ? "DE" : "FR" }),
            new TestClick { Link = anaLink, Visitor = 99, Agent = TestClick.Bot },
            .. Enumerable.Range(1, 4).Select(i => new TestClick { Link = benLink, Visitor = (ulong)i, Country = "FR" }),
        ]);

        var world = new ValueWorld(server.Services.GetRequiredService<Database>());
        long c1 = world.Customer("c1"), c2 = world.Customer("c2"), c3 = world.Customer("c3"), c4 = world.Customer("c4"), c5 = world.Customer("c5");
        world.Lead(c1, 0, 1, new Credit(anaLink, ana));
        world.Lead(c4, 19, 2, new Credit(anaLink, ana), new Credit(anaLink, ana));
        world.Sale(c1, 0, 10_000, "usd", [new Credit(anaLink, ana, 10_000)], country: "DE");
        world.Sale(c1, 95, 5_000, "usd", [new Credit(anaLink, ana, 5_000, 2_000)]);
        world.Sale(c2, 10, 10_000, "jpy", [new Credit(anaLink, ana, 10_000)], rate: "0.0067", subscription: "s");
        world.Cancel(c2, 50);
        world.Sale(c3, 300, 2_000, "eur", [new Credit(anaLink, ana, 2_000)], subscription: "s");
        world.Sale(c4, 20, 3_001, "usd", [new Credit(anaLink, ana, 1_000, 300), new Credit(anaLink, ana, 501, 200), new Credit(benLink, ben, 1_500, 500)]);
        world.Sale(c5, 1, 900, "usd", [new Credit(benLink, ben, 900)]);
        world.Sale(c5, 2, 777, "usd", []);
        world.Sale(c5, 3, 333, "usd", [new Credit(solo, null, 333, 33)]);

        // Nothing of these counts.
        world.Sale(c5, 3, 1_000_000, "usd", [new Credit(anaLink, ana, 1_000_000)], isTest: true);
        world.Sale(c5, 3, 0, "usd", [new Credit(anaLink, ana)], kind: "event");
        world.Sale(c5, 3, 0, "usd", [new Credit(anaLink, ana)], kind: "deferred");
        world.Save();
        world.Reward(ana, 1, "usd", 1_000);
        world.Reward(ana, 2, "usd", 400);
        world.Reward(ana, 2, "usd", 999, side: "friend");
        world.Reward(ana, 2, "credit:usd", 999);
        world.Reward(ana, 2, "usd", 999, isTest: true);
        return server;
    }

    private static async Task<(long Partner, long Link)> ReferrerAsync(ReportServer server, string name)
    {
        var id = (await server.PostAsync("/partners", new { name, email = name + "@example.com" }))["id"]!.GetValue<string>();
        Assert.True(EntityId.TryParse(EntityId.Partner, id, out var partner));
        var (_, link) = await server.LinkAsync(name.ToLowerInvariant(), new { partnerId = id });
        return (partner, link);
    }

    private static async Task<string> IdOfAsync(ReportServer server, string name) =>
        Text((await server.GetAsync("/reports/partners"))["partners"]!.AsArray().Single(row => Text(row!["name"]) == name)!["partnerId"]);

    private static IEnumerable<string> Rows(JsonNode? total) => total!["revenue"]!.AsArray().Select(row => Text(row, "currency", "gross", "refunds", "net"));

    private static string Ratio(JsonNode? ratio) => $"{ratio!["value"]} = {ratio["numerator"]}/{ratio["denominator"]}";

    private static string Text(JsonNode? node, params string[] names) => names.Length == 0 ? node!.GetValue<string>() : string.Join(' ', names.Select(name => node![name]));

    private static long Long(JsonNode? node) => node!.GetValue<long>();
}

public sealed class ReportsTestsOnSqlite : ReportsTests;

[OnPostgres]
public sealed class ReportsTestsOnPostgres : ReportsTests;
