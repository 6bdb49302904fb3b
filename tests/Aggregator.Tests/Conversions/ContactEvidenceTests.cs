using System.Text.Json;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;

namespace LinkTracker.Aggregator.Tests.Conversions;

/// <summary>That a referrer named somebody before it came is evidence of what is told of it later, and stays that whatever becomes of names.</summary>
public abstract class ContactEvidenceTests : EngineTests
{
    private static readonly object Sale = new { customerExternalId = "c", customerEmail = "Friend@Example.com", amount = 10_000, invoiceId = "i" };

    [EngineFact]
    public async Task A_deleted_customer_takes_nothing_from_who_named_it_and_a_refund_takes_its_part()
    {
        await using var server = await StartAsync();
        var (shop, ana) = await ShopAsync(server);
        await NameAsync(server, ana, new { email = "friend@example.com" });
        (await server.PostAsync("/track/sale", Sale)).Ok();
        await shop.ReleaseAsync();
        await shop.PayAsync();
        Assert.Equal(["processed 1000"], await shop.StatusesAsync());

        (await server.DeleteAsync("/customers/ext_c")).Ok();
        (await server.PostAsync("/track/refund", new { invoiceId = "i", refundId = "r", amount = 3_000 })).Ok();
        Assert.Equal(["processed 700"], await shop.StatusesAsync());
        Assert.Equal(-300, Owed(server));
    }

    [EngineFact]
    public async Task Another_address_or_name_of_the_customer_changes_nothing_that_was_credited()
    {
        await using var server = await StartAsync();
        var (shop, ana) = await ShopAsync(server);
        await NameAsync(server, ana, new { externalId = "c" });
        (await server.PostAsync("/track/sale", Sale)).Ok();
        (await server.PatchAsync("/customers/ext_c", new { externalId = "d", email = "other@example.com" })).Ok();
        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_was_named_needs_neither_click_nor_code_whichever_is_told_first(bool isSaleFirst)
    {
        await using var server = await StartAsync();
        var (shop, ana) = await ShopAsync(server);
        await NameAsync(server, ana, new { email = "friend@example.com" });
        (string Path, object Body)[] told =
        [
            ("/track/lead", new { clickId = "", eventName = "Sign up", customerExternalId = "c", customerEmail = "friend@example.com" }),
            ("/track/sale", Sale),
        ];
        foreach (var (path, body) in isSaleFirst ? told.Reverse() : told)
        {
            var customer = (await server.PostAsync(path, body)).Ok().GetProperty("customer");
            Assert.Equal("c", customer.GetProperty("externalId").GetString());
        }

        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_address_of_each_conversion_counts_and_not_only_the_first_that_was_told(bool isReversed)
    {
        await using var server = await StartAsync();
        var (shop, ana) = await ShopAsync(server);
        await NameAsync(server, ana, new { email = "friend@example.com" });
        object[] sales =
        [
            new { customerExternalId = "c", customerEmail = "work@example.com", amount = 10_000, invoiceId = "1" },
            new { customerExternalId = "c", customerEmail = "friend@example.com", amount = 5_000, invoiceId = "2" },
        ];
        foreach (var sale in isReversed ? sales.Reverse() : sales)
        {
            (await server.PostAsync("/track/sale", sale)).Ok();
        }

        Assert.Equal(["pending 1000", "pending 500"], (await shop.StatusesAsync()).Order(StringComparer.Ordinal));
    }

    [EngineFact]
    public async Task Who_is_named_later_counts_for_what_happens_later_only()
    {
        await using var server = await StartAsync();
        var (shop, ana) = await ShopAsync(server, new AttributionRules { PendingDays = 0 });
        var before = (await server.PostAsync("/track/sale", Sale)).Ok();
        Assert.Equal(JsonValueKind.Null, before.GetProperty("customer").ValueKind);
        server.Clock.Ahead += TimeSpan.FromHours(1);
        await NameAsync(server, ana, new { email = "friend@example.com" });
        Assert.Empty(await shop.StatusesAsync());

        (await server.PostAsync("/track/sale", new { customerExternalId = "c", customerEmail = "friend@example.com", amount = 500, invoiceId = "late" })).Ok();
        var early = new { customerExternalId = "c", customerEmail = "friend@example.com", amount = 700, invoiceId = "early", occurredAt = server.Clock.GetUtcNow().AddMinutes(-30).ToString("O") };
        (await server.PostAsync("/track/sale", early)).Ok();
        Assert.Equal(["pending 50"], await shop.StatusesAsync());
    }

    [EngineFact]
    public async Task Who_is_named_in_a_test_program_is_no_evidence_of_what_is_real()
    {
        await using var server = await StartAsync();
        var (shop, ana) = await ShopAsync(server);
        await NameAsync(server, ana, new { externalId = "c" });
        server.Database.Write(session => session.Execute("UPDATE programs SET is_test = 1") + (int)session.Add(ProgramStore.Version, 1));
        Assert.Equal(JsonValueKind.Null, (await server.PostAsync("/track/sale", Sale)).Ok().GetProperty("customer").ValueKind);
        Assert.Empty(await shop.StatusesAsync());
    }

    private static async Task<(LedgerShop Shop, string Partner)> ShopAsync(AggregatorServer server, AttributionRules? attribution = null)
    {
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Attribution = attribution ?? new(), Rewards = [new RewardRule { Id = "sales", BasisPoints = 1_000 }] });
        return (shop, await shop.PartnerAsync("Ana"));
    }

    private static async Task NameAsync(AggregatorServer server, string partner, object friend)
    {
        var body = JsonSerializer.SerializeToNode(friend)!.AsObject();
        body["partnerId"] = partner;
        var program = (await server.GetAsync("/programs")).Ok()[0].GetProperty("id").GetString();
        (await server.PostAsync($"/programs/{program}/contacts", body)).Ok();
    }

    private static long Owed(AggregatorServer server) =>
        server.Database.Read(session => session.First<long>("SELECT amount FROM balances WHERE account = 'payable' AND owner_kind = 'partner'"));
}

public sealed class ContactEvidenceTestsOnSqlite : ContactEvidenceTests;

[OnPostgres]
public sealed class ContactEvidenceTestsOnPostgres : ContactEvidenceTests;
