using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Money;

public abstract class RatesApiTests : EngineTests
{
    private const string Path = "/exchange-rates";

    [EngineFact]
    public async Task Rates_are_stored_once_and_listed_by_currency_and_day()
    {
        await using var server = await StartAsync();
        object[] rates = [Rate("EUR", "2026-01-01", "1.10"), Rate("eur", "2026-01-05", "01.2"), Rate("jpy", "2026-01-03", "0.0067")];
        Assert.Equal("""{"stored":3,"replaced":0,"unchanged":0,"converted":0,"derived":0}""", (await server.PutAsync(Path, rates)).Ok().GetRawText());
        Assert.Equal("""{"stored":0,"replaced":0,"unchanged":3,"converted":0,"derived":0}""", (await server.PutAsync(Path, rates)).Ok().GetRawText());
        Assert.Equal(["eur 2026-01-05 1.2", "jpy 2026-01-03 0.0067", "eur 2026-01-01 1.1"], await ListAsync(server, ""));
        Assert.Equal(["jpy 2026-01-03 0.0067"], await ListAsync(server, "?currency=JPY"));
        Assert.Equal(["jpy 2026-01-03 0.0067", "eur 2026-01-01 1.1"], await ListAsync(server, "?date=2026-01-04"));
        Assert.Equal(["eur 2026-01-05 1.2"], await ListAsync(server, "?date=2026-02-01&currency=eur"));
        Assert.Equal(["jpy 2026-01-03 0.0067"], await ListAsync(server, "?pageSize=1&page=2"));
        Assert.Empty(await ListAsync(server, "?date=2025-12-31"));
    }

    [EngineTheory]
    [InlineData("""{"date":"2026-01-01","rate":"1","source":"s"}""", "currency: is needed")]
    [InlineData("""{"currency":"xyz","date":"2026-01-01","rate":"1","source":"s"}""", "currency: ")]
    [InlineData("""{"currency":"usd","date":"2026-01-01","rate":"1","source":"s"}""", "currency: usd is the reporting currency")]
    [InlineData("""{"currency":"eur","date":"2026-02-30","rate":"1","source":"s"}""", "date: ")]
    [InlineData("""{"currency":"eur","date":"1999-12-31","rate":"1","source":"s"}""", "date: ")]
    [InlineData("""{"currency":"eur","date":"9999-01-01","rate":"1","source":"s"}""", "date: ")]
    [InlineData("""{"currency":"eur","rate":"1","source":"s"}""", "date: ")]
    [InlineData("""{"currency":"eur","date":"2026-01-01","rate":1.5,"source":"s"}""", "rate: must be a string")]
    [InlineData("""{"currency":"eur","date":"2026-01-01","rate":"-1","source":"s"}""", "rate: ")]
    [InlineData("""{"currency":"eur","date":"2026-01-01","rate":"1e3","source":"s"}""", "rate: ")]
    [InlineData("""{"currency":"eur","date":"2026-01-01","rate":"1,5","source":"s"}""", "rate: ")]
    [InlineData("""{"currency":"eur","date":"2026-01-01","rate":"0.000","source":"s"}""", "rate: must be more than 0")]
    [InlineData("""{"currency":"eur","date":"2026-01-01","rate":"9223373","source":"s"}""", "rate: is so high")]
    [InlineData("""{"currency":"eur","date":"2026-01-01","rate":"1"}""", "source: is needed")]
    public async Task What_is_no_rate_is_refused_and_nothing_of_its_list_is_stored(string item, string message)
    {
        await using var server = await StartAsync();
        var body = $$"""[{"currency":"gbp","date":"2026-01-01","rate":"1.3","source":"s"},{{item}}]""";
        Assert.Contains(message, (await server.SendAsync(HttpMethod.Put, Path, body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Empty(await ListAsync(server, ""));
    }

    [EngineFact]
    public async Task Lists_that_are_none_and_wrong_questions_are_refused()
    {
        await using var server = await StartAsync();
        (await server.SendAsync(HttpMethod.Put, Path, "[]")).Refused(422, "unprocessable_entity");
        (await server.SendAsync(HttpMethod.Put, Path, "{}")).Refused(422, "unprocessable_entity");
        (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-01", "1"), Rate("EUR", "2026-01-01", "2") })).Refused(422, "unprocessable_entity");
        (await server.PutAsync(Path, Enumerable.Range(0, 1_001).Select(i => Rate("eur", new DateOnly(2020, 1, 1).AddDays(i).ToString("O"), "1")))).Refused(422, "unprocessable_entity");
        (await server.GetAsync(Path + "?date=2026-13-01")).Refused(422, "unprocessable_entity");
        (await server.GetAsync(Path + "?currency=xyz")).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task A_late_rate_converts_the_sales_of_its_time_and_no_others()
    {
        await using var server = await StartAsync();
        Has(server, (1, "eur", 1000, "2026-01-04T23:59:59.999Z"), (2, "eur", 1000, "2026-01-05T00:00:00Z"), (3, "eur", 1001, "2026-02-01T00:00:00Z"), (4, "gbp", 1000, "2026-02-01T00:00:00Z"));
        Assert.Equal(2, (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-05", "1.5") })).Ok().GetProperty("converted").GetInt64());
        Assert.Equal([(1L, (long?)null, null, null), (2, 1500, "1.5", "2026-01-05"), (3, 1502, "1.5", "2026-01-05"), (4, null, null, null)], Sales(server));
        Assert.Equal(1, (await server.PutAsync(Path, new[] { Rate("eur", "2025-12-31", "2") })).Ok().GetProperty("converted").GetInt64());
        Assert.Equal((1L, (long?)2000, "2", "2025-12-31"), Sales(server)[0]);
    }

    [EngineFact]
    public async Task A_rate_that_was_used_changes_only_when_it_is_to_be_replaced_and_then_for_its_own_sales()
    {
        await using var server = await StartAsync();
        Has(server, (1, "eur", 1000, "2026-01-01T00:00:00Z"), (2, "eur", 1000, "2026-01-05T00:00:00Z"));
        (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-01", "1.5"), Rate("eur", "2026-01-05", "1.6") })).Ok();

        Assert.Contains("1.5", (await server.PutAsync(Path, new[] { Rate("gbp", "2026-01-01", "3"), Rate("eur", "2026-01-01", "9") })).Refused(409, "conflict"), StringComparison.Ordinal);
        Assert.Equal([(1L, (long?)1500, "1.5", "2026-01-01"), (2, 1600, "1.6", "2026-01-05")], Sales(server));
        Assert.Empty(await ListAsync(server, "?currency=gbp"));

        // Days on which nothing was sold change nothing.
        (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-03", "7"), Rate("eur", "2026-01-06", "8") })).Ok();
        Assert.Equal([1500L, 1600L], Sales(server).Select(sale => sale.Converted!.Value));

        var replaced = (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-01", "9", replace: true) })).Ok();
        Assert.Equal((1, 1L), (replaced.GetProperty("replaced").GetInt32(), replaced.GetProperty("converted").GetInt64()));
        Assert.Equal([(1L, (long?)9000, "9", "2026-01-01"), (2, 1600, "1.6", "2026-01-05")], Sales(server));
    }

    [EngineFact]
    public async Task A_rate_of_a_nearer_day_that_comes_later_converts_the_sales_of_its_time_anew()
    {
        await using var server = await StartAsync();
        Has(server, (1, "eur", 1000, "2026-01-01T00:00:00Z"), (2, "eur", 1000, "2026-01-04T00:00:00Z"), (3, "eur", 1000, "2026-01-06T00:00:00Z"));
        (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-01", "1.5"), Rate("eur", "2026-01-05", "1.6") })).Ok();
        Assert.Equal(1, (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-03", "7") })).Ok().GetProperty("converted").GetInt64());
        Assert.Equal([(1L, (long?)1500, "1.5", "2026-01-01"), (2, 7000, "7", "2026-01-03"), (3, 1600, "1.6", "2026-01-05")], Sales(server));
    }

    [EngineFact]
    public async Task More_sales_than_are_converted_at_once_are_all_converted()
    {
        await using var server = await StartAsync();
        Has(server, [.. Enumerable.Range(1, 2_500).Select(i => (i, "eur", (long)i, i % 3 == 0 ? "2026-01-02T00:00:00Z" : "2026-01-01T00:00:00Z"))]);
        Assert.Equal(2_500, (await server.PutAsync(Path, new[] { Rate("eur", "2026-01-01", "2") })).Ok().GetProperty("converted").GetInt64());
        Assert.Equal(2_500L * 2_501, Sales(server).Sum(sale => sale.Converted));
    }

    [EngineFact]
    public async Task Rewards_that_go_by_a_rate_are_derived_again_also_when_a_request_ended_before_it_did_that()
    {
        await using var server = await StartAsync();
        Has(server, (1, "eur", 1000, "2026-01-04T00:00:00Z"), (2, "eur", 1000, "2026-01-05T00:00:00Z"), (3, "usd", 1000, "2026-01-05T00:00:00Z"), (4, "eur", 1000, "2026-01-06T00:00:00Z"));
        server.Database.Write(session =>
        {
            var program = session.First<long>("SELECT id FROM programs");
            session.Execute("UPDATE conversions SET program_id = @program", new { program });
            return session.Execute(
                """
                INSERT INTO commissions (id, program_id, rule_version, reward_id, side, type, unit, customer_id, conversion_id, order_key, basis, quantity, due, earnings,
                    state, is_checked, is_test, occurred_at, available_at, version, created_at, updated_at)
                VALUES (1, @program, 1, 'r', 'referrer', 'sale', 'usd', 4, 4, '', 0, 1, 0, 0, 'pending', 1, 0, 0, 0, 1, 0, 0)
                """,
                new { program });
        });
        var (derived, dies) = (new List<long>(), true);
        var store = server.App.Services.GetRequiredService<ExchangeRateStore>();
        var fill = new RateFill(server.Database, store, (_, customers) =>
        {
            if (dies)
            {
                throw new OperationCanceledException();
            }

            derived.AddRange(customers);
        });
        var api = new ExchangeRatesApi(server.Database, store, fill, server.Clock);
        var rates = new BodyList<RateRequest>([Body<RateRequest>.Parse("""{"currency":"eur","date":"2026-01-05","rate":"2","source":"ecb","replace":true}"""u8.ToArray())]);
        await Assert.ThrowsAsync<OperationCanceledException>(() => api.PutAsync(rates, CancellationToken.None));
        Assert.Equal("2", Sales(server).Single(sale => sale.Id == 4).Rate);

        dies = false;
        var answer = await api.PutAsync(rates, CancellationToken.None);
        Assert.Equal((1, 2L), (answer.Unchanged, answer.Derived));
        Assert.Equal([2, 4], derived);
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_derived_again_for_a_rate_gives_the_fraud_rules_nothing_new_and_who_is_otherwise_does(bool isOtherwise)
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [new RewardRule { Id = "sales", BasisPoints = 1_000 }] });
        await shop.PartnerAsync("Ana");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_000, referralCode = "link0", invoiceId = "i" })).Ok();
        var areChecked = server.Database.Write(session =>
        {
            session.Execute("UPDATE commissions SET is_checked = 1");
            long[] customers = [session.First<long>("SELECT id FROM customers")];
            if (isOtherwise)
            {
                server.App.Services.GetRequiredService<Derivations>().Again(session, customers, areTouched: true);
            }
            else
            {
                server.App.Services.GetRequiredService<DeriveAgain>()(session, customers);
            }

            return session.First<long>("SELECT SUM(is_checked) FROM commissions");
        });
        Assert.Equal(isOtherwise ? 0 : 1, areChecked);
    }

    private static object Rate(string currency, string date, string rate, bool replace = false) => new { currency, date, rate, source = "ecb", replace };

    private static async Task<IReadOnlyList<string>> ListAsync(AggregatorServer server, string query) =>
        [.. (await server.GetAsync(Path + query)).Ok().EnumerateArray().Select(row => $"{row.GetProperty("currency")} {row.GetProperty("date")} {row.GetProperty("rate")}")];

    // A sale and its customer have the same number.
    private static void Has(AggregatorServer server, params (int Id, string Currency, long Amount, string At)[] sales) => server.Database.Write(session =>
    {
        var at = sales.Select(sale => DateTimeOffset.Parse(sale.At, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()).ToList();
        session.ExecuteAll(
            "INSERT INTO customers (id, external_id, created_at) VALUES (@id, @name, 0)", ["id", "name"], sales.Select(sale => new object?[] { (long)sale.Id, "c" + sale.Id }));
        return session.ExecuteAll(
            """
            INSERT INTO conversions (id, kind, customer_id, decision, event_name, occurred_at, amount, currency, quantity, answer, request_hash, conflicts, enriched)
            VALUES (@id, 'sale', @id, '{}', 'Purchase', @at, @amount, @currency, 1, '', '', 0, 1)
            """,
            ["id", "at", "amount", "currency"],
            sales.Select((sale, i) => new object?[] { (long)sale.Id, at[i], sale.Amount, sale.Currency }));
    });

    private static IReadOnlyList<(long Id, long? Converted, string? Rate, string? From)> Sales(AggregatorServer server) => server.Database.Read(session =>
        session.Query<(long, long?, string?, string?)>("SELECT id, converted, rate, rate_from FROM conversions ORDER BY id"));
}

public sealed class RatesApiTestsOnSqlite : RatesApiTests;

[OnPostgres]
public sealed class RatesApiTestsOnPostgres : RatesApiTests;
