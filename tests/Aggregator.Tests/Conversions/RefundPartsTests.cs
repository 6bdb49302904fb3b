using System.Text.Json;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;

namespace LinkTracker.Aggregator.Tests.Conversions;

/// <summary>Refunds that say what went back, and what they leave of rewards.</summary>
public abstract class RefundPartsTests : EngineTests
{
    private static readonly RewardRule Tenth = new() { Id = "sales", BasisPoints = 1_000 };

    private static readonly object[] Lines = [new { productId = "p1", amount = 4_000 }, new { productId = "p2", amount = 6_000 }];

    [EngineFact]
    public async Task Goods_that_went_back_leave_nothing_although_the_shop_keeps_shipping()
    {
        await using var server = await StartAsync(Tenth);
        await SellAsync(server, new { customerExternalId = "c", amount = 12_000, shipping = 2_000, invoiceId = "i", referralCode = "link0" });
        Assert.Equal("pending 1000", await EarnedAsync(server));
        var refund = (await RefundAsync(server, new { invoiceId = "i", refundId = "r", amount = 10_000, shipping = 0 })).Ok();
        Assert.Equal((10_000, 0, JsonValueKind.Null, JsonValueKind.Null), (refund.GetProperty("amount").GetInt64(), refund.GetProperty("shipping").GetInt64(), refund.GetProperty("tax").ValueKind, refund.GetProperty("lineItems").ValueKind));
        Assert.Equal("refunded 0", await EarnedAsync(server));
    }

    [EngineFact]
    public async Task Another_product_that_went_back_takes_nothing_and_its_own_takes_its_part()
    {
        await using var server = await StartAsync(Tenth with { Products = ["p1"] });
        await SellAsync(server, new { customerExternalId = "c", amount = 12_000, tax = 2_000, lineItems = Lines, invoiceId = "i", referralCode = "link0" });
        var refund = (await RefundAsync(server, new { invoiceId = "i", refundId = "r1", amount = 6_000, lineItems = new[] { new { productId = "p2", amount = 6_000 } } })).Ok();
        Assert.Equal("""[{"productId":"p2","name":null,"quantity":1,"amount":6000}]""", refund.GetProperty("lineItems").GetRawText());
        Assert.Equal("pending 400", await EarnedAsync(server));
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r2", amount = 3_600, tax = 600, lineItems = new[] { new { productId = "p1", amount = 3_000 } } })).Ok();
        Assert.Equal("pending 100", await EarnedAsync(server));
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r3" })).Ok();
        Assert.Equal("refunded 0", await EarnedAsync(server));
    }

    [EngineFact]
    public async Task A_refund_that_says_nothing_takes_the_same_part_of_everything_that_is_left()
    {
        await using var server = await StartAsync(Tenth);
        await SellAsync(server, new { customerExternalId = "c", amount = 12_000, shipping = 2_000, invoiceId = "i", referralCode = "link0" });
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r1", amount = 5_000, shipping = 0 })).Ok();
        Assert.Equal("pending 500", await EarnedAsync(server));
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r2", amount = 3_500 })).Ok();
        Assert.Equal("pending 250", await EarnedAsync(server));
    }

    [EngineTheory]
    [InlineData("""{"amount":6000,"tax":2001}""", "tax: is more than the sale's, of which 2000 did not")]
    [InlineData("""{"amount":6000,"shipping":1}""", "shipping: is more than the sale's, of which 0 did not")]
    [InlineData("""{"amount":6000,"lineItems":[{"productId":"p3","amount":1}]}""", "lineItems[0].productId: p3 is not in a line of the sale")]
    [InlineData("""{"amount":6000,"lineItems":[{"productId":"p1","amount":3000},{"productId":"p1","amount":1001}]}""", "lineItems[1].amount: is more than the sale's, of which 1000 did not")]
    public async Task More_than_was_in_the_sale_is_refused_also_after_others(string parts, string message)
    {
        await using var server = await StartAsync(Tenth);
        await SellAsync(server, new { customerExternalId = "c", amount = 12_000, tax = 2_000, lineItems = Lines, invoiceId = "i", referralCode = "link0" });
        Assert.Contains(message, (await PostAsync("r1")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r2", amount = 1, tax = 1, lineItems = new[] { new { productId = "p1", amount = 1 } } })).Ok();
        Assert.NotEqual((await PostAsync("r1")).Refused(422, "unprocessable_entity"), message);
        Assert.Equal(1, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM adjustments")));

        Task<Reply> PostAsync(string refundId) => server.SendAsync(HttpMethod.Post, "/track/refund", $$"""{"invoiceId":"i","refundId":"{{refundId}}",{{parts[1..]}}""");
    }

    [EngineFact]
    public async Task What_went_back_before_is_gone()
    {
        await using var server = await StartAsync(Tenth);
        await SellAsync(server, new { customerExternalId = "c", amount = 12_000, tax = 2_000, lineItems = Lines, invoiceId = "i", referralCode = "link0" });
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r1", amount = 3_000, tax = 1_500 })).Ok();
        Assert.Contains("of which 500 did not", (await RefundAsync(server, new { invoiceId = "i", refundId = "r2", amount = 3_000, tax = 501 })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r3", amount = 3_000, tax = 500 })).Ok();
    }

    [EngineFact]
    public async Task Every_order_of_arrival_comes_to_the_same()
    {
        await using var server = await StartAsync(Tenth with { Products = ["p1"] });
        var start = server.Clock.GetUtcNow().AddDays(-20);
        var seen = new List<string>();
        foreach (var (n, order) in new int[][] { [0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2], [3, 1, 0, 2], [2, 1, 3, 0] }.Index())
        {
            (string Path, object Body)[] told =
            [
                ("/track/sale", new { customerExternalId = "c" + n, amount = 12_000, tax = 2_000, lineItems = Lines, invoiceId = "i" + n, referralCode = "link0", occurredAt = At(0) }),
                ("/track/refund", new { invoiceId = "i" + n, refundId = "a" + n, amount = 1_201, tax = 200, lineItems = new[] { new { productId = "p1", amount = 1_001 } }, occurredAt = At(1) }),
                ("/track/refund", new { invoiceId = "i" + n, refundId = "b" + n, amount = 3_777, occurredAt = At(2) }),
                ("/track/refund", new { invoiceId = "i" + n, refundId = "c" + n, amount = 999, shipping = 0, occurredAt = At(3) }),
            ];
            foreach (var i in order)
            {
                (await server.PostAsync(told[i].Path, told[i].Body)).Ok();
            }

            seen.Add(await EarnedAsync(server, "?invoiceId=i" + n));
        }

        // Of 4000, 1001 go, then 3777/10799, then 999 of the 8999 × 7022/10799 that are goods by then.
        Assert.Equal("pending 162", Assert.Single(seen.Distinct()));

        string At(int day) => start.AddDays(day).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
    }

    [EngineFact]
    public async Task One_that_came_before_its_sale_and_says_more_takes_only_what_is_there()
    {
        await using var server = await StartAsync(Tenth);
        (await RefundAsync(server, new { invoiceId = "i", refundId = "r", amount = 6_000, tax = 5_000, lineItems = new[] { new { productId = "p9", amount = 6_000 } } })).Ok();
        await SellAsync(server, new { customerExternalId = "c", amount = 12_000, tax = 2_000, lineItems = Lines, invoiceId = "i", referralCode = "link0" });

        // Of the 6000 no more than 2000 can have been tax: the rest were goods.
        Assert.Equal("pending 600", await EarnedAsync(server));
    }

    private async Task<AggregatorServer> StartAsync(RewardRule rule)
    {
        var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [rule] });
        await shop.PartnerAsync("Ana");
        return server;
    }

    [EngineFact]
    public async Task A_refund_that_waited_and_took_nothing_leaves_the_parts_for_the_right_one()
    {
        await using var server = await StartAsync(Tenth);
        (await RefundAsync(server, new { invoiceId = "i", refundId = "foreign", amount = 11_900, tax = 1_900, currency = "eur" })).Ok();
        await SellAsync(server, new { customerExternalId = "c", amount = 11_900, tax = 1_900, invoiceId = "i", referralCode = "link0" });
        Assert.Equal("pending 1000", await EarnedAsync(server));
        (await RefundAsync(server, new { invoiceId = "i", refundId = "right", amount = 11_900, tax = 1_900 })).Ok();
        Assert.Equal("refunded 0", await EarnedAsync(server));
    }

    private static async Task SellAsync(AggregatorServer server, object sale) => (await server.PostAsync("/track/sale", sale)).Ok();

    private static Task<Reply> RefundAsync(AggregatorServer server, object refund) => server.PostAsync("/track/refund", refund);

    private static async Task<string> EarnedAsync(AggregatorServer server, string query = "") => Assert.Single(await new LedgerShop(server).StatusesAsync(query));
}

public sealed class RefundPartsTestsOnSqlite : RefundPartsTests;

[OnPostgres]
public sealed class RefundPartsTestsOnPostgres : RefundPartsTests;
