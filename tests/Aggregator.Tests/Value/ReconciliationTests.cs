using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Analytics;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Value;

public abstract class ReconciliationTests : EngineTests
{
    private const int Referrers = 7;
    private const int Seed = 6;

    private static readonly string[] Currencies = ["usd", "eur", "jpy", "kwd"];

    [EngineFact]
    public async Task A_thousand_orders_are_found_again_to_the_minor_unit_at_referrers_and_nobody()
    {
        await using var server = await ReportServer.StartAsync(ValueWorld.Start.AddDays(400), await ServerOfAsync(null));
        var database = server.Services.GetRequiredService<Database>();
        var truth = await GenerateAsync(server, database);
        var report = await server.GetAsync("/reports/partners");
        var totals = report["totals"]!;
        foreach (var currency in Currencies)
        {
            var (gross, refunds) = truth.Posted[currency];
            Assert.Equal((gross, refunds, gross - refunds), Of(totals["posted"], currency));
            Assert.Equal(Of(totals["posted"], currency), Plus(Of(totals["referrers"], currency), Of(totals["unattributed"], currency)));
            Assert.Equal(truth.Unattributed[currency], (Of(totals["unattributed"], currency).Gross, Of(totals["unattributed"], currency).Refunds));
            var rows = report["partners"]!.AsArray().SelectMany(row => row!["revenue"]!.AsArray()).Where(row => Text(row!["currency"]) == currency).ToList();
            Assert.Equal((gross, refunds), (Of(totals["unattributed"], currency).Gross + rows.Sum(row => Long(row!["gross"])), Of(totals["unattributed"], currency).Refunds + rows.Sum(row => Long(row!["refunds"]))));
        }

        // Also when the list is cut into pages, and the statement of each referrer says the same.
        foreach (var row in report["partners"]!.AsArray())
        {
            var referred = await ReferredAsync(server, Text(row!["partnerId"]));
            foreach (var money in row["revenue"]!.AsArray())
            {
                var lines = referred.SelectMany(customer => customer!["purchases"]!.AsArray()).Where(line => Text(line!["currency"]) == Text(money!["currency"])).ToList();
                Assert.Equal((Long(money!["sales"]), Long(money["gross"]), Long(money["refunds"])), (lines.Count, lines.Sum(line => Long(line!["gross"])), lines.Sum(line => Long(line!["refunds"]))));
            }
        }
    }

    private static async Task<Truth> GenerateAsync(ReportServer server, Database database)
    {
        var random = new Random(Seed);
        var links = new List<(long Link, long? Partner)> { ((await server.LinkAsync("solo")).Number, null) };
        for (var i = 0; i < Referrers; i++)
        {
            var id = Text((await server.PostAsync("/partners", new { name = "p" + i, email = $"p{i}@example.com" }))["id"]);
            Assert.True(EntityId.TryParse(EntityId.Partner, id, out var partner));
            links.Add(((await server.LinkAsync("p" + i, new { partnerId = id })).Number, partner));
        }

        var world = new ValueWorld(database);
        var truth = new Truth();
        var customers = Enumerable.Range(0, 150).Select(i => world.Customer("c" + i)).ToList();
        for (var i = 0; i < 1_000; i++)
        {
            var (currency, isTest) = (Currencies[random.Next(Currencies.Length)], random.Next(20) == 0);
            var credits = Enumerable.Range(0, random.Next(4)).Select(_ => links[random.Next(links.Count)])
                .Select(link => new Credit(link.Link, link.Partner, random.Next(1, 1_000_000))).Select(credit => credit with { Refunded = random.Next(3) == 0 ? random.NextInt64(credit.Amount + 1) : 0 }).ToArray();
            var amount = credits.Length == 0 ? random.NextInt64(1, 1_000_000) : credits.Sum(credit => credit.Amount);
            var refunded = credits.Length == 0 ? random.NextInt64(amount) : credits.Sum(credit => credit.Refunded);
            var rate = currency == "usd" || random.Next(3) == 0 ? null : "1.0842";
            world.Sale(customers[random.Next(customers.Count)], random.NextDouble() * 399, amount, currency, credits, rate, isTest: isTest, refunded: refunded);
            if (!isTest)
            {
                truth.Add(currency, amount, refunded, credits);
            }
        }

        world.Save();
        return truth;
    }

    private static async Task<List<JsonNode?>> ReferredAsync(ReportServer server, string partner)
    {
        var all = new List<JsonNode?>();
        for (var after = ""; ; after = "&startingAfter=" + Text(all[^1]!["id"]))
        {
            var page = (await server.GetAsync($"/partners/{partner}/referred?pageSize=40{after}"))["customers"]!.AsArray().ToList();
            all.AddRange(page);
            if (page.Count < 40)
            {
                return all;
            }
        }
    }

    private static (long Gross, long Refunds, long Net) Of(JsonNode? total, string currency) => total!["revenue"]!.AsArray()
        .Where(row => Text(row!["currency"]) == currency).Select(row => (Long(row!["gross"]), Long(row["refunds"]), Long(row["net"]))).SingleOrDefault();

    private static (long, long, long) Plus((long Gross, long Refunds, long Net) a, (long Gross, long Refunds, long Net) b) => (a.Gross + b.Gross, a.Refunds + b.Refunds, a.Net + b.Net);

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static long Long(JsonNode? node) => node!.GetValue<long>();

    private sealed class Truth
    {
        public Dictionary<string, (long Gross, long Refunds)> Posted { get; } = Currencies.ToDictionary(currency => currency, _ => (0L, 0L));

        public Dictionary<string, (long Gross, long Refunds)> Unattributed { get; } = Currencies.ToDictionary(currency => currency, _ => (0L, 0L));

        public void Add(string currency, long amount, long refunded, Credit[] credits)
        {
            Posted[currency] = (Posted[currency].Gross + amount, Posted[currency].Refunds + refunded);
            var nobodys = credits.Length == 0 ? (amount, refunded) : (credits.Where(c => c.Partner is null).Sum(c => c.Amount), credits.Where(c => c.Partner is null).Sum(c => c.Refunded));
            Unattributed[currency] = (Unattributed[currency].Gross + nobodys.Item1, Unattributed[currency].Refunds + nobodys.Item2);
        }
    }
}

public sealed class ReconciliationTestsOnSqlite : ReconciliationTests;

[OnPostgres]
public sealed class ReconciliationTestsOnPostgres : ReconciliationTests;
