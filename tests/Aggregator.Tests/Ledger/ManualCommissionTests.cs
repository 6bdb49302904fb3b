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
}

public sealed class ManualCommissionTestsOnSqlite : ManualCommissionTests;

[OnPostgres]
public sealed class ManualCommissionTestsOnPostgres : ManualCommissionTests;
