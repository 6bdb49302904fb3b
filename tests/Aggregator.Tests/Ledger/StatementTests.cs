using System.Text.Json;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Ledger;

public abstract class StatementTests : EngineTests
{
    private static readonly RewardRule FirstSale = new() { Id = "sales", BasisPoints = 1_000, MaxMonths = 0 };

    [EngineFact]
    public async Task Every_lead_and_purchase_is_on_one_statement_with_its_reward_or_why_there_is_none()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, FirstSale);
        var ana = await shop.PartnerAsync("Ana");
        await BuyAsync(server, "c", "first", 10_000);
        await BuyAsync(server, "c", "renewal", 10_000);
        string[] expected = ["lead none: The program gives no money for a lead.", "first pending 1000: It waits for refunds", "renewal none: Only the customer's first sale"];
        Assert.Equal(expected, Lines(await CurrentAsync(server, ana)), Starts);

        await shop.ReleaseAsync();
        var (_, payout) = await shop.PayAsync();
        var told = (await server.GetAsync($"/partners/{ana}/statement?payoutId={payout}")).Ok();
        Assert.Equal([expected[0], "first processed 1000: ", expected[2]], Lines(told), Starts);
        Assert.Empty(Lines(await CurrentAsync(server, ana)));

        // What comes later is on the next, and of what was told only what changed its reward.
        await BuyAsync(server, "c", "third", 500);
        await BuyAsync(server, "d", "other", 3_000);
        (await server.PostAsync("/track/refund", new { invoiceId = "first", refundId = "r" })).Ok();
        (await server.PostAsync("/track/refund", new { invoiceId = "renewal", refundId = "s" })).Ok();
        Assert.Equal(
            ["first refunded 0: All of it went back.", "third none: Only the customer's first sale", "lead none: The program", "other pending 300: It waits for refunds"],
            Lines(await CurrentAsync(server, ana)), Starts);
    }

    [EngineFact]
    public async Task A_purchase_that_waits_for_a_rate_is_on_the_statement_of_its_time_and_its_reward_on_a_later_one()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, new RewardRule { Id = "sales", BasisPoints = 1_000 });
        var ana = await shop.PartnerAsync("Ana");
        await BuyAsync(server, "c", "gbp", 10_000, "gbp");
        await BuyAsync(server, "c", "usd", 10_000);
        await shop.ReleaseAsync();
        var (_, payout) = await shop.PayAsync();
        var told = (await server.GetAsync($"/partners/{ana}/statement?payoutId={payout}")).Ok();
        Assert.Contains(Lines(told), line => line.StartsWith("gbp waiting 0: It waits for an exchange rate of ", StringComparison.Ordinal));

        (await server.SendAsync(HttpMethod.Put, "/exchange-rates", """[{"currency":"gbp","date":"2020-01-01","rate":"2","source":"bank"}]""")).Ok();
        Assert.Equal(["gbp pending 2000: It waits for refunds"], Lines(await CurrentAsync(server, ana)), Starts);
    }

    [EngineFact]
    public async Task A_shared_purchase_shows_the_referrers_part()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, FirstSale);
        var (ana, ben) = (await shop.PartnerAsync("Ana"), await shop.PartnerAsync("Ben"));
        shop.Sale(ana, "c", 1_001);
        Assert.True(EntityId.TryParse(EntityId.Partner, ben, out var other));
        server.Database.Write(session =>
        {
            session.Execute("UPDATE credits SET amount = 501");
            return session.Execute(
                """
                INSERT INTO credits (conversion_id, position, customer_id, link_id, partner_id, method, weight, amount, refunded)
                SELECT conversion_id, 1, customer_id, link_id, @other, method, 1, 500, 0 FROM credits
                """,
                new { other });
        });
        var (mine, others) = (Assert.Single(Purchases(await CurrentAsync(server, ana))), Assert.Single(Purchases(await CurrentAsync(server, ben))));
        Assert.Equal((1_001, 501), (Number(mine, "amount"), Number(mine, "credited")));
        Assert.Equal((1_001, 500), (Number(others, "amount"), Number(others, "credited")));
        Assert.Equal(mine.GetProperty("conversionId").GetString(), others.GetProperty("conversionId").GetString());
    }

    [EngineFact]
    public async Task Who_is_deleted_has_a_pseudonym_on_every_statement_and_nothing_else_of_them_changes()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, FirstSale);
        var ana = await shop.PartnerAsync("Ana");
        await BuyAsync(server, "zelda@example.com", "first", 10_000);
        await BuyAsync(server, "other", "second", 10_000);
        await shop.ReleaseAsync();
        var (_, payout) = await shop.PayAsync();
        (await server.PatchAsync("/customers/ext_zelda@example.com", new { externalId = "z-8" })).Ok();
        await BuyAsync(server, "z-8", "renewal", 10_000);
        var told = (await server.GetAsync($"/partners/{ana}/statement?payoutId={payout}")).Text;
        Assert.Contains("zelda@example.com", told, StringComparison.Ordinal);

        // What was kept before anything was noted is found by its postings.
        server.Database.Write(session => session.Execute("DELETE FROM statement_purchases"));
        var id = (await server.DeleteAsync("/customers/ext_z-8")).Ok().GetProperty("id").GetString();
        Assert.Equal(told.Replace("zelda@example.com", "deleted:" + id, StringComparison.Ordinal), (await server.GetAsync($"/partners/{ana}/statement?payoutId={payout}")).Text);
        Assert.DoesNotContain("z-8", (await server.GetAsync($"/partners/{ana}/statement")).Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_statement_of_too_many_purchases_asks_to_be_read_in_another_way()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, FirstSale);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        server.Database.Write(session =>
        {
            session.Execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                INSERT INTO conversions (id, kind, business_key, customer_id, decision, event_name, occurred_at, amount, currency, quantity, answer, request_hash, conflicts, enriched, program_id, refunded, is_test)
                SELECT c.id + n.i, 'sale', 'sale:' || n.i, c.customer_id, '{}', 'x', c.occurred_at, 1, 'usd', 1, '{}', '', 0, 1, c.program_id, 0, 0 FROM conversions c CROSS JOIN n
                """);
            return session.Execute(
                """
                INSERT INTO credits (conversion_id, position, customer_id, link_id, partner_id, method, weight, amount, refunded)
                SELECT c.id, 0, c.customer_id, r.link_id, r.partner_id, r.method, 1, 1, 0 FROM conversions c CROSS JOIN credits r WHERE c.id <> r.conversion_id
                """);
        });
        Assert.Contains("referred", (await server.GetAsync($"/partners/{ana}/statement")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    private static async Task BuyAsync(AggregatorServer server, string customer, string invoice, long amount, string currency = "usd", string? occurredAt = null)
    {
        if (server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM customers WHERE external_id = @customer", new { customer })) == 0)
        {
            (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "link0", eventName = "Sign up", customerExternalId = customer })).Ok();
        }

        (await server.PostAsync("/track/sale", new { customerExternalId = customer, invoiceId = invoice, amount, currency, occurredAt })).Ok();
    }

    private static async Task<JsonElement> CurrentAsync(AggregatorServer server, string partner) => (await server.GetAsync($"/partners/{partner}/statement")).Ok();

    private static IEnumerable<JsonElement> Purchases(JsonElement statement) => statement.GetProperty("customers").EnumerateArray().SelectMany(one => one.GetProperty("purchases").EnumerateArray());

    private static List<string> Lines(JsonElement statement) =>
    [
        .. Purchases(statement).Select(line =>
            $"{line.GetProperty("invoiceId").GetString() ?? line.GetProperty("type").GetString()} {line.GetProperty("status").GetString()} {Number(line, "reward")}: {line.GetProperty("reason").GetString()}"),
    ];

    // An expected text is the start of the line, with "none" for a reward of 0.
    private static bool Starts(string expected, string line) => line.Replace(" none 0:", " none:", StringComparison.Ordinal).StartsWith(expected, StringComparison.Ordinal);

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static LedgerShop Shop(AggregatorServer server, params RewardRule[] rewards)
    {
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = rewards });
        return shop;
    }
}

public sealed class StatementTestsOnSqlite : StatementTests;

[OnPostgres]
public sealed class StatementTestsOnPostgres : StatementTests;
