using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Ledger;

public abstract class ManualCommissionTests : EngineTests
{
    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_invoice_that_a_person_gave_a_commission_for_pays_no_second_one_when_it_is_told(bool isTest)
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [new RewardRule { Id = "sales", BasisPoints = 1_000 }, new RewardRule { Id = "friend", Side = "friend", BasisPoints = 500 }] });
        if (isTest)
        {
            server.Database.Write(session => session.Execute("UPDATE programs SET is_test = 1") + (int)session.Add(ProgramStore.Version, 1));
        }

        var ana = await shop.PartnerAsync("Ana");
        (await server.PostAsync("/customers", new { externalId = "c", testMode = isTest })).Ok();
        var customerId = server.Database.Read(session => EntityId.Format(EntityId.Customer, session.First<long>("SELECT id FROM customers")));
        var made = new { type = "sale", partnerId = ana, customerId, sale = new { amount = 10_000, currency = "usd", invoiceId = " i " } };
        Assert.Equal(202, (int)(await server.PostAsync("/commissions", made)).Status);
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 10_000, invoiceId = "i", referralCode = "link0" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 5_000, invoiceId = "other" })).Ok();

        var rows = server.Database.Read(session => session.Query<string>("SELECT order_key || ' ' || side || ' ' || reward_id || ' ' || earnings FROM commissions ORDER BY order_key, side, reward_id"));
        var mode = isTest ? "test:" : "";
        Assert.Equal([$"{mode}sale:i friend friend 500", $"{mode}sale:i referrer  1000", $"{mode}sale:other friend friend 250", $"{mode}sale:other referrer sales 500"], rows);
        Assert.Contains("known", (await server.PostAsync("/commissions", made)).Refused(409, "conflict"), StringComparison.Ordinal);
    }

    [EngineTheory]
    [InlineData("pending", 500)]
    [InlineData("canceled", 0)]
    public async Task A_lead_that_a_person_gave_a_commission_for_pays_no_second_one_when_it_is_told(string status, long owed)
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        var lead = new RewardRule { Id = "lead", Event = "lead", Kind = "flat", Amount = 500 };
        shop.Rules(new ProgramRules { Rewards = [lead, lead with { Id = "friend", Side = "friend", Kind = "credit", Amount = 50 }, new RewardRule { Id = "sales", BasisPoints = 1_000 }] });
        var ana = await shop.PartnerAsync("Ana");
        (await server.PostAsync("/customers", new { externalId = "c" })).Ok();
        var made = (await server.PostAsync("/commissions", new { type = "lead", partnerId = ana, customer = new { externalId = "c" } })).Body.GetProperty("commissionId").GetString();
        (await server.PatchAsync("/commissions/" + made, new { status })).Ok();
        foreach (var (customerExternalId, eventName) in new[] { ("c", "Sign up"), ("c", "Trial"), ("d", "Sign up") })
        {
            (await server.PostAsync("/track/lead", new { customerExternalId, eventName, referralCode = "link0" })).Ok();
        }

        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_000, invoiceId = "i" })).Ok();
        var rows = server.Database.Read(session => session.Query<string>(
            "SELECT u.external_id || ' ' || c.type || ' ' || c.side || ' ' || c.reward_id || ' ' || c.earnings FROM commissions c JOIN customers u ON u.id = c.customer_id ORDER BY u.external_id, c.type, c.side, c.reward_id"));
        Assert.Equal(["c lead friend friend 50", $"c lead referrer  {owed}", "c sale referrer sales 100", "d lead friend friend 50", "d lead referrer lead 500"], rows);

        // And both who reads the statement and who asks about the lead is told why.
        Assert.Contains("A person gave a reward for this lead.", (await server.GetAsync($"/partners/{ana}/statement")).Text, StringComparison.Ordinal);
        var told = (await server.GetAsync("/conversions?type=lead&customerExternalId=c")).Ok().EnumerateArray().Single(one => one.GetProperty("eventName").GetString() == "Sign up").GetProperty("id").GetString();
        Assert.Contains("because a person made a commission of Ana for this lead.", (await server.GetAsync($"/conversions/{told}/explanation")).Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_customer_of_a_test_brings_money_only_in_a_program_for_tests_and_no_other_does_there()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        var rewards = new[] { new RewardRule { Id = "lead", Event = "lead", Kind = "flat", Amount = 500 } };
        shop.Rules(new ProgramRules { Rewards = rewards });
        var ana = await shop.PartnerAsync("Ana");
        var programId = (await server.PostAsync("/programs", new { name = "Tests", isTest = true, rules = new { rewards = new[] { new { id = "lead", @event = "lead", kind = "flat", amount = 500 } } } })).Ok().GetProperty("id").GetString();
        var tried = (await server.PostAsync("/customers", new { externalId = "t", testMode = true })).Ok().GetProperty("id").GetString();
        (await server.PostAsync("/customers", new { externalId = "c" })).Ok();
        foreach (var (field, body) in new (string, object)[]
        {
            ("customerId", new { type = "lead", partnerId = ana, customerId = tried }),
            ("customerId", new { type = "lead", partnerId = ana, customerId = "ext_t" }),
            ("customer.externalId", new { type = "lead", partnerId = ana, programId, customer = new { externalId = "c" } }),
        })
        {
            Assert.StartsWith(field + ": ", (await server.PostAsync("/commissions", body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        }

        Assert.Empty((await server.GetAsync("/ledger/postings")).Ok().EnumerateArray());
        (await server.PostAsync("/customers", new { externalId = "c", testMode = true })).Ok();
        foreach (var body in new object[] { new { type = "lead", partnerId = ana, customerId = "ext_c" }, new { type = "lead", partnerId = ana, programId, customerId = "ext_c" }, new { type = "lead", partnerId = ana, programId, customerId = tried } })
        {
            Assert.Equal(202, (int)(await server.PostAsync("/commissions", body)).Status);
        }

        Assert.Equal((1, 2), ((await shop.StatusesAsync()).Length, (await shop.StatusesAsync("?testMode=true")).Length));
    }
}

public sealed class ManualCommissionTestsOnSqlite : ManualCommissionTests;

[OnPostgres]
public sealed class ManualCommissionTestsOnPostgres : ManualCommissionTests;
