using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Money;

public abstract class ExchangeRatesTests : EngineTests
{
    [EngineTheory]

    // 1580 yen at 0.0067 are 10.586 dollars; 12.345 dinars at 3.2511 are 40.1348295; 10.00 euros at 1.0842 are 10.842.
    [InlineData(1580, "jpy", "usd", 1059)]
    [InlineData(12_345, "kwd", "usd", 4013)]
    [InlineData(1000, "eur", "usd", 1084)]
    [InlineData(1084, "usd", "eur", 1000)]
    [InlineData(4013, "usd", "kwd", 12_344)]

    // By way of the dollar, rounded once: 1580 · 0.0067 / 1.0842 = 9.7639 euros; 12.345 · 3.2511 / 0.0067 = 5990.27 yen.
    [InlineData(1580, "jpy", "eur", 976)]
    [InlineData(12_345, "kwd", "jpy", 5990)]
    [InlineData(1000, "eur", "kwd", 3335)]
    [InlineData(0, "eur", "usd", 0)]
    [InlineData(-1000, "eur", "usd", -1084)]
    [InlineData(77, "gbp", "gbp", 77)]
    public async Task Amounts_are_converted_by_their_minor_units(long amount, string from, string to, long expected)
    {
        var rates = await RatesAsync(("jpy", "2026-01-01", "0.0067"), ("kwd", "2026-01-01", "3.2511"), ("eur", "2026-01-01", "1.0842"));
        Assert.Equal(expected, rates.Convert(amount, from, to, Ms("2026-03-01T00:00:00Z"))!.Amount);
    }

    [EngineTheory]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    [InlineData(5, 2)]
    [InlineData(7, 4)]
    [InlineData(-1, 0)]
    [InlineData(-3, -2)]
    public async Task A_half_goes_to_the_even_unit(long amount, long expected) =>
        Assert.Equal(expected, (await RatesAsync(("eur", "2026-01-01", "0.5"))).Convert(amount, "eur", "usd", Ms("2026-01-01T00:00:00Z"))!.Amount);

    [EngineFact]
    public async Task A_rate_holds_from_the_first_to_the_last_millisecond_before_the_next_in_utc()
    {
        var rates = await RatesAsync(("eur", "2026-01-10", "2"), ("eur", "2026-01-02", "3"), ("eur", "2025-12-31", "5"));
        Assert.Equal([("2025-12-31", 5L), ("2025-12-31", 5), ("2026-01-02", 3), ("2026-01-02", 3), ("2026-01-10", 2), ("2026-01-10", 2)],
            new[] { "2025-12-31T00:00:00Z", "2026-01-01T23:59:59.999Z", "2026-01-02T00:00:00Z", "2026-01-09T23:59:59.999Z", "2026-01-10T00:00:00Z", "2031-01-01T00:00:00Z" }
                .Select(at => rates.Convert(1, "eur", "usd", Ms(at))!).Select(exchanged => (exchanged.By!.ValidOn, exchanged.Amount)));
        Assert.Null(rates.Convert(1, "eur", "usd", Ms("2025-12-30T23:59:59.999Z")));
    }

    [EngineFact]
    public async Task Without_a_rate_nothing_is_converted_and_nothing_is_taken_for_another_currency()
    {
        var rates = await RatesAsync(("eur", "2026-01-01", "1.1"));
        var at = Ms("2026-02-01T00:00:00Z");
        Assert.Null(rates.Convert(100, "gbp", "usd", at));
        Assert.Null(rates.Convert(100, "eur", "gbp", at));
        Assert.Null(rates.Convert(100, "gbp", "eur", at));
        Assert.Null(rates.Convert(100, "usd", "gbp", at));
    }

    [EngineFact]
    public async Task What_does_not_fit_is_not_converted_instead_of_wrapped()
    {
        var rates = await RatesAsync(("eur", "2026-01-01", "9000000"), ("gbp", "2026-01-01", "0.000000000001"));
        var at = Ms("2026-02-01T00:00:00Z");
        Assert.Equal(9_000_000_000_000_000_000, rates.Convert(1_000_000_000_000, "eur", "usd", at)!.Amount);
        Assert.Null(rates.Convert(1_100_000_000_000, "eur", "usd", at));
        Assert.Null(rates.Convert(1_000_000_000_000, "eur", "gbp", at));
    }

    [EngineFact]
    public async Task The_rate_that_is_named_is_the_one_that_is_not_the_reporting_currencys()
    {
        var rates = await RatesAsync(("eur", "2026-01-01", "1.1"));
        var at = Ms("2026-02-01T00:00:00Z");
        Assert.Equal("eur", rates.Convert(100, "usd", "eur", at)!.By!.Currency);
        Assert.Equal(("eur", "test"), (rates.Convert(100, "eur", "usd", at)!.By!.Currency, rates.Convert(100, "eur", "usd", at)!.By!.Source));
        Assert.Null(rates.Convert(100, "usd", "usd", at)!.By);
    }

    [EngineFact]
    public async Task Rates_are_read_anew_only_after_one_changed()
    {
        using var database = await OpenDatabaseAsync();
        var store = new ExchangeRateStore(new Settings());
        Put("eur", "2026-01-01", "1.1");
        var first = database.Database.Read(store.Load);
        Assert.Same(first, database.Database.Read(store.Load));
        Put("eur", "2026-01-02", "1.2");
        Assert.Equal(120, database.Database.Read(store.Load).Convert(100, "eur", "usd", Ms("2026-01-02T00:00:00Z"))!.Amount);
        Assert.Equal(110, first.Convert(100, "eur", "usd", Ms("2026-01-02T00:00:00Z"))!.Amount);

        void Put(string currency, string day, string rate) => database.Database.Write(session =>
            ExchangeRateStore.Put(session, new DatedRate { Currency = currency, ValidOn = day, Rate = rate, Source = "test" }, replaces: false, 0));
    }

    private static long Ms(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private async Task<ExchangeRates> RatesAsync(params (string Currency, string Day, string Rate)[] rates)
    {
        using var database = await OpenDatabaseAsync();
        database.Database.Write(session =>
        {
            foreach (var (currency, day, rate) in rates)
            {
                ExchangeRateStore.Put(session, new DatedRate { Currency = currency, ValidOn = day, Rate = rate, Source = "test" }, replaces: false, 0);
            }

            return 0;
        });
        return database.Database.Read(new ExchangeRateStore(new Settings()).Load);
    }
}

public sealed class ExchangeRatesTestsOnSqlite : ExchangeRatesTests;

[OnPostgres]
public sealed class ExchangeRatesTestsOnPostgres : ExchangeRatesTests;
