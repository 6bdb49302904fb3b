using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Ledger;

public abstract class WaitingSalesTests : EngineTests
{
    [EngineFact]
    public async Task A_sale_whose_rate_is_missing_is_listed_and_counted_until_it_is_there()
    {
        await using var server = await StartAsync();
        var partnerId = await PartnerAsync(server);
        await server.HasLinkAsync("ana", new { partnerId });
        await server.HasLinkAsync("house");
        var day = server.Clock.GetUtcNow().AddDays(-3);
        await SellAsync(server, "ana", "old", "gbp", day);
        await SellAsync(server, "ana", "new", "gbp", day.AddDays(1));
        await SellAsync(server, "ana", "own", "usd", day);
        await SellAsync(server, "house", "nobody's", "gbp", day);
        await SellAsync(server, "ana", "test", "gbp", day, isTest: true);

        var waiting = (await server.GetAsync("/rewards/waiting")).Ok();
        Assert.Equal([("old", day), ("new", day.AddDays(1))], waiting.EnumerateArray().Select(sale => (sale.GetProperty("invoiceId").GetString()!, DateTimeOffset.Parse(sale.GetProperty("occurredAt").GetString()!, null))), SameDay);
        Assert.Equal((partnerId, "gbp", "usd", $"gbp {day:yyyy-MM-dd}"), (waiting[0].GetProperty("partnerIds")[0].GetString(), waiting[0].GetProperty("currency").GetString(), waiting[0].GetProperty("programCurrency").GetString(), Missing(waiting[0])));
        Assert.Equal("""{"gbp":2}""", await CountsAsync(server));
        foreach (var (query, count) in new[] { ("partnerId=" + partnerId, 2), ("partnerId=pn_0000000000001", 0), ("currency=GBP", 2), ("currency=jpy", 0), ("testMode=true", 1), ("pageSize=1", 1), ("customerId=cus_0000000000001", 0), ("programId=" + waiting[0].GetProperty("programId").GetString(), 2) })
        {
            Assert.Equal((query, count), (query, (await server.GetAsync("/rewards/waiting?" + query)).Ok().GetArrayLength()));
        }

        await RateAsync(server, "gbp", day.AddDays(1));
        Assert.Equal("old", Assert.Single((await server.GetAsync("/rewards/waiting")).Ok().EnumerateArray()).GetProperty("invoiceId").GetString());
        await RateAsync(server, "gbp", day.AddDays(-1));
        Assert.Empty((await server.GetAsync("/rewards/waiting")).Ok().EnumerateArray());
        Assert.Equal("{}", await CountsAsync(server));
        (await server.GetAsync("/rewards/waiting?currency=xyz")).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task A_program_in_another_currency_than_reports_needs_its_own_rate_too()
    {
        await using var server = await StartAsync();
        var partnerId = await PartnerAsync(server);
        var programId = (await server.PostAsync("/programs", new { name = "Europe", currency = "eur" })).Ok().GetProperty("id").GetString();
        await server.HasLinkAsync("ana", new { partnerId, programId });
        var now = server.Clock.GetUtcNow();
        await SellAsync(server, "ana", "usd", "usd", now);
        await SellAsync(server, "ana", "gbp", "gbp", now);
        await SellAsync(server, "ana", "eur", "eur", now);
        Assert.Equal(["gbp eur", "eur"], (await server.GetAsync("/rewards/waiting")).Ok().EnumerateArray().Select(sale => string.Join(' ', sale.GetProperty("missing").EnumerateArray().Select(one => one.GetProperty("currency").GetString()))));
        Assert.Equal("""{"eur":2,"gbp":1}""", await CountsAsync(server));
        await RateAsync(server, "eur", now.AddDays(-1));
        Assert.Equal("gbp", Assert.Single((await server.GetAsync("/rewards/waiting")).Ok().EnumerateArray()).GetProperty("invoiceId").GetString());
    }

    private static bool SameDay((string Invoice, DateTimeOffset At) one, (string Invoice, DateTimeOffset At) other) => one.Invoice == other.Invoice && one.At.UtcDateTime.Date == other.At.UtcDateTime.Date;

    private static async Task<string> PartnerAsync(AggregatorServer server) => (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok().GetProperty("id").GetString()!;

    private static async Task SellAsync(AggregatorServer server, string code, string invoiceId, string currency, DateTimeOffset occurredAt, bool isTest = false) =>
        (await server.PostAsync("/track/sale", new { customerExternalId = "c-" + invoiceId, referralCode = code, amount = 1_000, invoiceId, currency, occurredAt, testMode = isTest ? true : (bool?)null })).Ok();

    private static async Task RateAsync(AggregatorServer server, string currency, DateTimeOffset day) =>
        (await server.PutAsync("/exchange-rates", new[] { new { currency, date = day.ToString("yyyy-MM-dd", null), rate = "2", source = "bank" } })).Ok();

    private static string Missing(JsonElement sale) => string.Join(' ', sale.GetProperty("missing").EnumerateArray().Select(one => $"{one.GetProperty("currency").GetString()} {one.GetProperty("date").GetString()}"));

    private static async Task<string> CountsAsync(AggregatorServer server) => (await server.GetAsync("/stats")).Ok().GetProperty("ledger").GetProperty("waitingSales").GetRawText();
}

public sealed class WaitingSalesTestsOnSqlite : WaitingSalesTests;

[OnPostgres]
public sealed class WaitingSalesTestsOnPostgres : WaitingSalesTests;
