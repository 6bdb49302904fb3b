using System.Globalization;
using System.Text.Json;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Value;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Value;

public abstract class CreditTotalsTests : EngineTests
{
    private const int Customers = 30;
    private const int AtOnce = 16;

    [EngineTheory]
    [InlineData("linear", "first", 1)]
    [InlineData("last", "position", 2)]
    public async Task Lists_show_the_sums_of_all_credits_whatever_was_told_in_whatever_order(string model, string later, int seed)
    {
        await using var server = await StartAsync();
        var random = new Random(seed);
        SetModel(server, 2, model, 1);
        var links = await LinksAsync(server);
        var told = Enumerable.Range(0, Customers).SelectMany(i => Story(server, random, i, links)).ToArray();
        random.Shuffle(told);

        // All of it twice, and half of it under other rules.
        await TellAsync(server, told[..(told.Length / 2)]);
        await CompareAsync(server);
        SetModel(server, 3, later, server.Clock.GetUtcNow().AddDays(-25).ToUnixTimeMilliseconds());
        random.Shuffle(told);
        await TellAsync(server, told);
        await CompareAsync(server);
        foreach (var customer in new[] { 1, 2, 3 })
        {
            (await server.DeleteAsync($"/customers/ext_c{customer}")).Ok();
        }

        await CompareAsync(server);
        Assert.Equal(Totals(server), MigratedAnew(server));
    }

    [EngineFact]
    public async Task Totals_that_are_not_the_sums_of_credits_show_until_they_are_again()
    {
        await using var server = await StartAsync();
        await SellAsync(server);
        Assert.Equal((2, 0), await FiguresAsync(server));
        server.Database.Write(session => session.Execute("UPDATE credits SET amount = amount + 1"));
        Assert.Equal((2, 2), await FiguresAsync(server));
        server.Database.Write(session => session.Execute("UPDATE credits SET amount = amount - 1"));
        Assert.Equal((2, 0), await FiguresAsync(server));

        // Also where there is one without the other.
        server.Database.Write(session => session.Execute("DELETE FROM credit_totals WHERE owner_kind = 'link'"));
        Assert.Equal((2, 1), await FiguresAsync(server));
        server.Database.Write(session => session.Execute(
            "INSERT INTO credit_totals (owner_kind, owner_id, currency, leads, customers, sales, amount, refunded) VALUES ('partner', 7, 'usd', 0, 0, 1, 5, 0)"));
        Assert.Equal((3, 2), await FiguresAsync(server));
    }

    [EngineFact]
    public async Task Credits_are_compared_in_bounded_steps_and_then_from_the_start()
    {
        await using var server = await StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await SellAsync(server, name);
        }

        // Six: three referrers and their links.
        var audit = new CreditAudit(mostAtOnce: 4);
        Assert.Equal(new CreditsFound(null, null), server.Database.Read(audit.Extend));
        Assert.Equal(new CreditsFound(6, 0), server.Database.Read(audit.Extend));
        server.Database.Write(session => session.Execute("UPDATE credit_totals SET customers = 9 WHERE owner_kind = 'link' AND currency = ''"));
        Assert.Equal(new CreditsFound(6, 1), server.Database.Read(audit.Extend));
        Assert.Equal(new CreditsFound(6, 3), server.Database.Read(audit.Extend));
    }

    [EngineFact]
    public async Task Lists_read_what_is_kept_and_no_sale()
    {
        await using var server = await StartAsync();
        await SellAsync(server);
        server.Database.Write(session => session.Execute("UPDATE credits SET amount = 0"));
        Assert.Equal(1_000, (await server.GetAsync("/partners")).Ok()[0].GetProperty("totalSaleAmount").GetInt64());
        Assert.Equal(1_000, (await server.GetAsync("/links")).Ok()[0].GetProperty("saleAmount").GetInt64());
    }

    [EngineFact]
    public async Task A_page_shows_the_same_figures_in_every_order()
    {
        await using var server = await StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await SellAsync(server, name);
        }

        var usual = (await server.GetAsync("/partners")).Ok().EnumerateArray().Select(partner => partner.GetRawText()).Order().ToList();
        var newest = (await server.GetAsync("/partners?sortBy=createdAt")).Ok().EnumerateArray().Select(partner => partner.GetRawText()).ToList();
        Assert.Equal(usual, newest.Order());
        Assert.Equal([newest[1]], (await server.GetAsync("/partners?sortBy=createdAt&page=2&pageSize=1")).Ok().EnumerateArray().Select(partner => partner.GetRawText()));
        Assert.All(newest, partner => Assert.Contains("\"totalSaleAmount\":1000", partner, StringComparison.Ordinal));
    }

    private static void SetModel(AggregatorServer server, int version, string model, long validFrom) => server.Database.Write(session =>
    {
        var programs = server.App.Services.GetRequiredService<ProgramStore>();
        programs.AddVersion(session, programs.Load(session).Default.Id, new ProgramVersion(version, validFrom, new ProgramRules { Attribution = new AttributionRules { Model = model } }));
        return 0;
    });

    // Three referrers, one of them with two links, and a link that is nobody's.
    private static async Task<string[]> LinksAsync(AggregatorServer server)
    {
        var links = new List<string> { await server.HasLinkAsync("solo") };
        foreach (var name in new[] { "a", "b", "c" })
        {
            var partnerId = (await server.PostAsync("/partners", new { name, email = name + "@example.com" })).Ok().GetProperty("id").GetString();
            links.Add(await server.HasLinkAsync(name, new { partnerId }));
            if (name == "a")
            {
                links.Add(await server.HasLinkAsync("a2", new { partnerId }));
            }
        }

        return [.. links];
    }

    // A lead, some sales by other links, and what went back of them; in one of seven it is all a test, and some leads are told of nobody.
    private static IEnumerable<(string Path, object Body)> Story(AggregatorServer server, Random random, int number, string[] links)
    {
        var start = server.Clock.GetUtcNow().AddDays(-60);
        var (name, isTest) = ($"c{number}", number % 7 == 6);
        string? Click(double day) => random.Next(4) == 0 ? null : server.Click(links[random.Next(links.Length)], start.AddDays(day));
        string At(double day) => start.AddDays(day).ToString("O", CultureInfo.InvariantCulture);
        yield return ("/track/lead", new
        {
            clickId = server.Click(links[random.Next(links.Length)], start),
            eventName = "Sign up",
            customerExternalId = name,
            eventQuantity = random.Next(1, 4),
            occurredAt = At(1),
            testMode = isTest,
        });
        for (var i = 0; i < random.Next(5); i++)
        {
            var day = 2 + (random.NextDouble() * 55);
            var (invoiceId, amount) = ($"{name}-{i}", random.Next(0, 10_000));
            yield return ("/track/sale", new
            {
                customerExternalId = name,
                amount,
                invoiceId,
                currency = random.Next(3) == 0 ? "eur" : "usd",
                clickId = Click(day - 1),
                occurredAt = At(day),
                testMode = isTest,
            });
            if (random.Next(3) == 0)
            {
                yield return ("/track/refund", new { invoiceId, refundId = "r" + invoiceId, amount = random.Next(2) == 0 ? (int?)null : (amount / 3) + 1, occurredAt = At(day + 1), testMode = isTest });
            }
        }
    }

    // Some are refused: a refund may be more than its sale.
    private static async Task TellAsync(AggregatorServer server, (string Path, object Body)[] told)
    {
        foreach (var some in told.Chunk(AtOnce))
        {
            var replies = await Task.WhenAll(some.Select(message => server.PostAsync(message.Path, message.Body)));
            Assert.All(replies, reply => Assert.True((int)reply.Status is 200 or 422, reply.Text));
        }
    }

    private static async Task SellAsync(AggregatorServer server, string name = "a")
    {
        var partnerId = (await server.PostAsync("/partners", new { name, email = name + "@example.com" })).Ok().GetProperty("id").GetString();
        var clickId = server.Click(await server.HasLinkAsync(name, new { partnerId }));
        (await server.PostAsync("/track/lead", new { clickId, eventName = "Sign up", customerExternalId = name })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = name, amount = 1_000, invoiceId = name })).Ok();
    }

    private static async Task<(long Owners, long Wrong)> FiguresAsync(AggregatorServer server)
    {
        var credits = (await server.GetAsync("/stats")).Ok().GetProperty("credits");
        return (Long(credits, "owners"), Long(credits, "wrong"));
    }

    /// <summary>Compares lists with sums over every row.</summary>
    private static async Task CompareAsync(AggregatorServer server)
    {
        var truth = Truth.Of(server.Database);
        Assert.Contains(truth.Credits, credit => credit.Position > 0 || credit.PartnerId is null);
        foreach (var partner in (await server.GetAsync("/partners")).Ok().EnumerateArray())
        {
            Assert.True(EntityId.TryParse(EntityId.Partner, partner.GetProperty("id").GetString(), out var id));
            Assert.Equal(
                truth.Sum(credit => credit.PartnerId == id),
                (Long(partner, "totalLeads"), Long(partner, "totalConversions"), Long(partner, "totalSales"), Long(partner, "totalSaleAmount"), Long(partner, "totalSaleAmount") - Long(partner, "netRevenue")));
        }

        foreach (var link in (await server.GetAsync("/links")).Ok().EnumerateArray())
        {
            Assert.True(EntityId.TryParse(EntityId.Link, link.GetProperty("id").GetString(), out var id));
            var (leads, customers, sales, amount, _) = truth.Sum(credit => credit.LinkId == id);
            Assert.Equal((leads, customers, sales, amount), (Long(link, "leads"), Long(link, "conversions"), Long(link, "sales"), Long(link, "saleAmount")));
        }

        Assert.Equal(0, server.Database.Read(new CreditAudit().Extend).Wrong);
    }

    private static List<string> Totals(AggregatorServer server) => server.Database.Read(session => session.Query<CreditTotal>("SELECT * FROM credit_totals"))
        .Where(total => total.Sums != default).Select(total => $"{total.OwnerKind} {total.OwnerId} {total.Currency} {total.Sums}").Order(StringComparer.Ordinal).ToList();

    // As of a database that was filled before there were totals.
    private static List<string> MigratedAnew(AggregatorServer server)
    {
        using var script = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream("Migrations/0017_reads.sql")!);
        server.Database.Write(session =>
        {
            session.Execute("DROP INDEX credits_by_referred");
            session.Execute("DROP TABLE credit_totals");
            session.ExecuteScript(script.ReadToEnd());
            return 0;
        });
        return Totals(server);
    }

    private static long Long(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    private sealed record Truth(IReadOnlyList<CreditRow> Credits, Dictionary<long, ConversionRow> Conversions)
    {
        public static Truth Of(Database database) => database.Read(session => new Truth(
            session.Query<CreditRow>("SELECT conversion_id, position, link_id, partner_id, amount, refunded FROM credits"),
            session.Query<ConversionRow>("SELECT id, kind, customer_id, quantity, currency FROM conversions WHERE is_test = 0 AND kind IN ('lead', 'sale')").ToDictionary(row => row.Id)));

        public (long Leads, long Customers, long Sales, long Amount, long Refunded) Sum(Func<CreditRow, bool> isAsked)
        {
            var credits = Credits.Where(credit => isAsked(credit) && Conversions.ContainsKey(credit.ConversionId)).ToList();
            var told = credits.Select(credit => Conversions[credit.ConversionId]).DistinctBy(row => row.Id).ToList();
            var money = credits.Where(credit => Conversions[credit.ConversionId] is { Kind: "sale", Currency: "usd" }).ToList();
            return (
                told.Where(row => row.Kind == "lead").Sum(row => row.Quantity), told.Where(row => row.Kind == "sale").DistinctBy(row => row.CustomerId).Count(),
                told.Count(row => row.Kind == "sale"), money.Sum(credit => credit.Amount), money.Sum(credit => credit.Refunded));
        }
    }
}

public sealed class CreditTotalsTestsOnSqlite : CreditTotalsTests;

[OnPostgres]
public sealed class CreditTotalsTestsOnPostgres : CreditTotalsTests;
