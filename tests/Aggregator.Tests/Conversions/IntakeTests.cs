using System.Globalization;
using System.Text.Json;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Conversions;

public abstract class IntakeTests : EngineTests
{
    [EngineFact]
    public async Task A_hundred_equal_posts_at_once_have_one_effect_and_equal_answers()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        var click = server.Click(link);
        foreach (var (path, body) in new (string, object)[]
        {
            ("/track/lead", new { clickId = click, eventName = "Sign up", customerExternalId = "c" }),
            ("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i" }),
            ("/track/event", new { customerExternalId = "c", eventName = "Activated", eventId = "e" }),
            ("/track/refund", new { invoiceId = "i", refundId = "r", amount = 30 }),
        })
        {
            var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.PostAsync(path, body)));
            Assert.Single(replies.Select(reply => reply.Ok().GetRawText()).Distinct());
        }

        var stats = (await server.GetAsync("/stats")).Ok().GetProperty("conversions");
        Assert.Equal([1, 1, 1, 1, 99, 99, 99, 99], new[] { "leads", "sales", "events", "refunds", "leadRepeats", "saleRepeats", "eventRepeats", "refundRepeats" }.Select(name => stats.GetProperty(name).GetInt32()));
        Assert.Equal("""{"usd":30}""", stats.GetProperty("refunded").GetRawText());
    }

    [EngineFact]
    public async Task A_retry_after_400_days_has_no_second_effect_although_its_time_is_too_far_back_by_then()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        var at = server.Clock.GetUtcNow().AddYears(-4).ToString("O", CultureInfo.InvariantCulture);
        var sale = new { customerExternalId = "c", amount = 100, invoiceId = "i", referralCode = "ana", occurredAt = at };
        var first = (await server.PostAsync("/track/sale", sale)).Ok().GetRawText();
        server.Clock.Ahead = TimeSpan.FromDays(400);
        Assert.Equal(first, (await server.PostAsync("/track/sale", sale)).Ok().GetRawText());
        Assert.Equal(100, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("saleAmount").GetInt64());
    }

    [EngineFact]
    public async Task A_refund_that_comes_before_its_sale_waits_for_it()
    {
        await using var server = await StartAsync();
        var link = await HasLeadAsync(server, "c");
        var refund = (await server.PostAsync("/track/refund", new { invoiceId = "i", refundId = "r", amount = 40, reason = "late" })).Ok();
        Assert.Equal(("pending", 40L, JsonValueKind.Null), (refund.GetProperty("status").GetString(), refund.GetProperty("amount").GetInt64(), refund.GetProperty("currency").ValueKind));
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i", currency = "eur" })).Ok();
        Assert.Equal("""{"eur":40}""", await RefundedAsync(server));
        Assert.Equal((100L, 40L), (await OneAsync(server, "SELECT amount FROM credits WHERE amount > 0"), await OneAsync(server, "SELECT refunded FROM credits WHERE amount > 0")));
        Assert.Equal(1, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("sales").GetInt64());
    }

    [EngineFact]
    public async Task Refunds_never_take_more_than_the_sale_was()
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "c");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i" })).Ok();
        Assert.Contains("amount: ", (await RefundAsync(server, "r0", 101)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Contains("currency: ", (await server.PostAsync("/track/refund", new { invoiceId = "i", refundId = "r0", currency = "eur" })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal(60, (await RefundAsync(server, "r1", 60)).Ok().GetProperty("amount").GetInt64());
        Assert.Equal(40, (await RefundAsync(server, "r2", 90)).Ok().GetProperty("amount").GetInt64());
        Assert.Equal(0, (await RefundAsync(server, "r3", null)).Ok().GetProperty("amount").GetInt64());
        Assert.Equal("""{"usd":100}""", await RefundedAsync(server));
    }

    [EngineFact]
    public async Task The_net_revenue_of_a_partner_is_without_what_went_back()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok().GetProperty("id").GetString();
        await server.HasLinkAsync("ana", new { partnerId = partner });
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i", referralCode = "ana" })).Ok();
        (await RefundAsync(server, "r", 30)).Ok();
        var shown = (await server.GetAsync("/partners")).Ok()[0];
        Assert.Equal((100L, 70L), (shown.GetProperty("totalSaleAmount").GetInt64(), shown.GetProperty("netRevenue").GetInt64()));
    }

    [EngineFact]
    public async Task A_cancellation_counts_the_latest_and_may_come_before_its_customer()
    {
        await using var server = await StartAsync();
        var late = server.Clock.GetUtcNow().AddDays(-1);
        Assert.Equal(JsonValueKind.Null, (await CancelAsync(late)).GetProperty("customer").ValueKind);
        Assert.Equal("[]", (await server.GetAsync("/customers")).Text);
        await HasLeadAsync(server, "c");
        Assert.Equal("c", (await CancelAsync(late.AddDays(-10))).GetProperty("customer").GetProperty("externalId").GetString());
        Assert.Equal(
            late.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            (await server.GetAsync("/customers/ext_c")).Ok().GetProperty("subscriptionCanceledAt").GetString());

        // Each is kept, but once.
        await CancelAsync(late);
        await CancelAsync(late, subscription: null);
        Assert.Equal(
            [("", late.ToUnixTimeMilliseconds()), ("s", late.AddDays(-10).ToUnixTimeMilliseconds()), ("s", late.ToUnixTimeMilliseconds())],
            server.Database.Read(session => session.Query<(string Subscription, long At)>("SELECT subscription_id, canceled_at FROM cancellations ORDER BY subscription_id, canceled_at")));

        async Task<JsonElement> CancelAsync(DateTimeOffset at, string? subscription = "s") =>
            (await server.PostAsync("/track/cancellation", new { customerExternalId = "c", subscriptionId = subscription, occurredAt = at.ToString("O", CultureInfo.InvariantCulture) })).Ok();
    }

    [EngineFact]
    public async Task What_is_a_test_is_in_no_total_and_has_names_of_its_own()
    {
        await using var server = await StartAsync();
        var link = await HasLeadAsync(server, "c");
        var click = server.Click(link);
        (await server.PostAsync("/track/lead", new { clickId = click, eventName = "Sign up", customerExternalId = "c", testMode = true })).Ok();
        var test = (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 7, invoiceId = "i", testMode = true })).Ok();
        var live = (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i" })).Ok();
        (await server.PostAsync("/track/refund", new { invoiceId = "i", refundId = "r", testMode = true })).Ok();
        Assert.Equal("c", test.GetProperty("customer").GetProperty("externalId").GetString());
        Assert.NotEqual(live.GetProperty("customer").GetProperty("id").GetString(), test.GetProperty("customer").GetProperty("id").GetString());

        var shown = (await server.GetAsync("/links/info?linkId=" + link)).Ok();
        Assert.Equal((1L, 1L, 100L), (shown.GetProperty("leads").GetInt64(), shown.GetProperty("sales").GetInt64(), shown.GetProperty("saleAmount").GetInt64()));
        var report = (await server.GetAsync("/analytics?event=composite&interval=all")).Ok();
        Assert.Equal((1L, 100L), (report.GetProperty("leads").GetInt64(), report.GetProperty("saleAmount").GetInt64()));
        var stats = (await server.GetAsync("/stats")).Ok().GetProperty("conversions");
        Assert.Equal("""{"usd":{"posted":100,"attributed":100,"unattributed":0}}""", stats.GetProperty("amounts").GetRawText());
        Assert.Equal((0, "{}"), (stats.GetProperty("refunds").GetInt32(), stats.GetProperty("refunded").GetRawText()));
        Assert.Single((await server.GetAsync("/events?event=sales&interval=all")).Ok().EnumerateArray());
        Assert.Equal([false], (await server.GetAsync("/customers")).Ok().EnumerateArray().Select(customer => customer.GetProperty("testMode").GetBoolean()));
        Assert.Equal([true], (await server.GetAsync("/customers?testMode=true")).Ok().EnumerateArray().Select(customer => customer.GetProperty("testMode").GetBoolean()));
    }

    [EngineFact]
    public async Task Evidence_of_a_test_program_makes_a_test_of_what_comes_with_it()
    {
        await using var server = await StartAsync();
        var program = server.Database.Write(session =>
        {
            server.App.Services.GetRequiredService<ProgramStore>().Insert(session, 77, "Test", "usd", isTest: true, new ProgramRules());
            return EntityId.Format(EntityId.Program, 77);
        });
        var link = await server.HasLinkAsync("ana");
        server.Database.Write(session => session.Execute("UPDATE links SET program_id = 77"));
        var sale = new { customerExternalId = "c", amount = 100, invoiceId = "i", clickId = server.Click(link) };
        var first = (await server.PostAsync("/track/sale", sale)).Ok().GetRawText();
        Assert.Equal(first, (await server.PostAsync("/track/sale", sale)).Ok().GetRawText());
        Assert.Equal(0, (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("sales").GetInt64());
        (await server.PostAsync("/track/event", new { customerExternalId = "d", eventName = "e", programId = program })).Ok();
        Assert.Equal(2, await OneAsync(server, "SELECT COUNT(*) FROM conversions WHERE is_test = 1"));
        Assert.Contains("programId: ", (await server.PostAsync("/track/event", new { customerExternalId = "d", eventName = "e", programId = "prog_none" })).Refused(404, "not_found"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Earlier_clicks_that_come_along_share_the_credit_in_a_model_that_divides_it()
    {
        await using var server = await StartAsync();
        server.Database.Write(session =>
        {
            var programs = server.App.Services.GetRequiredService<ProgramStore>();
            programs.AddVersion(session, programs.Load(session).Default.Id, new ProgramVersion(2, 1, new ProgramRules { Attribution = new AttributionRules { Model = "linear" } }));
            return 0;
        });
        var (a, b, c) = (await server.HasLinkAsync("aaa"), await server.HasLinkAsync("bbb"), await server.HasLinkAsync("ccc"));
        var now = server.Clock.GetUtcNow();
        string[] clicks = [server.Click(a, now.AddDays(-3)), server.Click(b, now.AddDays(-2))];
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i", clickIds = clicks, clickId = server.Click(c, now.AddDays(-1)) })).Ok();

        long[] parts = [await AmountAsync(a), await AmountAsync(b), await AmountAsync(c)];
        Assert.Equal([34, 33, 33], parts);
        Assert.Equal(100, (await server.GetAsync("/analytics?event=sales&interval=all")).Ok().GetProperty("saleAmount").GetInt64());
        Assert.Equal(1, (await server.GetAsync("/analytics?event=sales&interval=all")).Ok().GetProperty("sales").GetInt64());
        Assert.Equal(33, (await server.GetAsync("/analytics?event=sales&interval=all&linkId=" + b)).Ok().GetProperty("saleAmount").GetInt64());
        var rows = (await server.GetAsync("/analytics?event=sales&groupBy=top_links&interval=all")).Ok().EnumerateArray().Select(row => row.GetProperty("saleAmount").GetInt64());
        Assert.Equal([34L, 33L, 33L], rows);
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1, clickIds = new[] { "forged" } })).Refused(404, "not_found");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1, clickIds = Enumerable.Repeat("x", 21) })).Refused(422, "unprocessable_entity");

        async Task<long> AmountAsync(string link) => (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("saleAmount").GetInt64();
    }

    [EngineFact]
    public async Task Amounts_of_another_currency_are_converted_by_the_rate_of_their_day()
    {
        await using var server = await StartAsync();
        server.Database.Write(session => session.Execute("INSERT INTO exchange_rates (currency, valid_on, rate, source) VALUES ('eur', '2020-01-01', '1.10', 'a bank')"));
        server.Database.Write(session => session.Add(ExchangeRates.Version, 1));
        foreach (var (invoiceId, currency) in new[] { ("1", "eur"), ("2", "usd"), ("3", "gbp") })
        {
            (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_005, invoiceId, currency, referralCode = "x" })).Ok();
        }

        var rows = server.Database.Read(session => session.Query<Converted>("SELECT converted AS amount, rate, rate_from, rate_source FROM conversions ORDER BY invoice_id"));
        Assert.Equal(
            [(1_106L, "1.10", "2020-01-01", "a bank"), (1_005L, null, null, null), (null, null, null, null)],
            rows.Select(row => (row.Amount, row.Rate, row.RateFrom, row.RateSource)));
    }

    [EngineFact]
    public async Task A_request_that_is_refused_does_no_harm_to_those_that_share_its_transaction()
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "c");
        IntakeRequest[] requests =
        [
            new SaleRequest { CustomerExternalId = "c", Amount = 100, InvoiceId = "1" },
            new SaleRequest { CustomerExternalId = "c", Amount = 100, InvoiceId = "2", ClickId = "forged" },
            new LeadRequest { CustomerExternalId = "unknown", EventName = "e" },
            new RefundRequest { InvoiceId = "1", RefundId = "r", Amount = 101 },
            new SaleRequest { CustomerExternalId = "c", Amount = 50, InvoiceId = "3" },
        ];
        var calls = Array.ConvertAll(requests, request =>
        {
            request.Check();
            return new IntakeCall(request, idempotency: null);
        });
        server.Database.Write(session => server.App.Services.GetRequiredService<Intake>().Run(session, calls));
        Assert.Equal([null, 404, 400, 422, null], calls.Select(call => call.Outcome.Refusal?.Status));
        Assert.Equal((2L, 150L, 0L), (await OneAsync(server, "SELECT COUNT(*) FROM conversions WHERE kind = 'sale'"), await OneAsync(server, "SELECT SUM(amount) FROM credits"), await OneAsync(server, "SELECT COUNT(*) FROM adjustments")));
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refund_of_more_than_its_sale_comes_to_nothing_whichever_is_told_first(bool isRefundFirst)
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "c");
        var sale = new { customerExternalId = "c", amount = 100, invoiceId = "i" };
        if (isRefundFirst)
        {
            Assert.Equal("pending", (await RefundAsync(server, "r", 101)).Ok().GetProperty("status").GetString());
            (await server.PostAsync("/track/sale", sale)).Ok();
        }
        else
        {
            (await server.PostAsync("/track/sale", sale)).Ok();
            (await RefundAsync(server, "r", 101)).Refused(422, "unprocessable_entity");
        }

        Assert.Equal(40, (await RefundAsync(server, "other", 40)).Ok().GetProperty("amount").GetInt64());
        Assert.Equal("""{"usd":40}""", await RefundedAsync(server));
        Assert.Equal(40, await OneAsync(server, "SELECT SUM(refunded) FROM credits"));
        var explained = (await server.GetAsync($"/conversions/{EntityId.Format(EntityId.Sale, await OneAsync(server, "SELECT id FROM conversions WHERE kind = 'sale'"))}/explanation")).Ok();
        Assert.Equal(
            isRefundFirst ? [(101L, 0L), (40L, 40L)] : [(40L, 40L)],
            explained.GetProperty("adjustments").EnumerateArray().Select(one => (one.GetProperty("amount").GetInt64(), one.GetProperty("applied").GetInt64())));
    }

    [EngineFact]
    public async Task A_customer_has_at_most_ten_thousand_conversions_and_may_have_refunds_of_them()
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "c");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i" })).Ok();
        server.Database.Write(session => session.Execute(
            """
            WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 9998)
            INSERT INTO conversions (id, kind, customer_id, decision, event_name, occurred_at, quantity, answer, request_hash, conflicts, enriched)
            SELECT n, 'event', (SELECT id FROM customers), '{}', 'e', 1, 1, '', '', 0, 1 FROM many
            """));
        foreach (var (path, body) in new (string, object)[]
        {
            ("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "j" }),
            ("/track/event", new { customerExternalId = "c", eventName = "e" }),
        })
        {
            Assert.Contains("10000 conversions", (await server.PostAsync(path, body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        }

        Assert.Equal(30, (await RefundAsync(server, "r", 30)).Ok().GetProperty("amount").GetInt64());
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i" })).Ok();
        (await server.PostAsync("/track/cancellation", new { customerExternalId = "c" })).Ok();
        Assert.Equal(10_000, await OneAsync(server, "SELECT COUNT(*) FROM conversions"));
    }

    [EngineTheory]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"occurredAt":"2001-01-01T00:00:00Z"}""", "occurredAt: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"occurredAt":"2999-01-01T00:00:00Z"}""", "occurredAt: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"occurredAt":"yesterday"}""", "occurredAt: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"checkoutStartedAt":"2001-01-01T00:00:00Z"}""", "checkoutStartedAt: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":9223372036854775807}""", "amount: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":10,"tax":6,"shipping":5}""", "shipping: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":10,"tax":-1}""", "tax: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":10,"discount":-1}""", "discount: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":10,"currency":"xau"}""", "currency: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":10,"lineItems":[{"productId":"p","amount":6},{"productId":"q","amount":5}]}""", "lineItems[1].amount: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":10,"lineItems":[{"amount":6}]}""", "lineItems[0].productId: ")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":10,"lineItems":[null]}""", "lineItems[0]: ")]
    [InlineData("/track/sale", """{"customerExternalId":"test:c","amount":10}""", "customerExternalId: ")]
    [InlineData("/track/sale", """{"customerExternalId":" ","amount":10}""", "customerExternalId: ")]
    [InlineData("/track/lead", """{"customerExternalId":"c","eventName":"e","referralCode":"ana","occurredAt":"1969-01-01T00:00:00Z"}""", "occurredAt: ")]
    [InlineData("/track/event", """{"customerExternalId":"c"}""", "eventName: ")]
    [InlineData("/track/refund", """{"invoiceId":"i"}""", "refundId: ")]
    [InlineData("/track/refund", """{"refundId":"r"}""", "invoiceId: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","amount":0}""", "amount: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","amount":-5}""", "amount: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","type":"gift"}""", "type: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","occurredAt":"2999-01-01T00:00:00Z"}""", "occurredAt: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","tax":1}""", "amount: is needed with tax")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","amount":10,"tax":-1}""", "tax: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","amount":10,"tax":6,"shipping":5}""", "shipping: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","amount":10,"lineItems":[{"productId":"p","amount":6},{"productId":"q","amount":5}]}""", "lineItems[1].amount: ")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"i","amount":10,"lineItems":[null]}""", "lineItems[0]: ")]
    [InlineData("/track/cancellation", """{"customerExternalId":"c","occurredAt":"2999-01-01T00:00:00Z"}""", "occurredAt: ")]
    [InlineData("/track/cancellation", "{}", "customerExternalId: ")]
    [InlineData("/track/cancellation", """{"customerExternalId":"null"}""", "customerExternalId: the placeholder")]
    [InlineData("/track/lead", """{"customerExternalId":"{{customer.id}}","eventName":"e","referralCode":"ana"}""", "customerExternalId: the placeholder")]
    [InlineData("/track/lead", """{"customerExternalId":"[object Object]","eventName":"e","referralCode":"ana"}""", "customerExternalId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"undefined","amount":1}""", "customerExternalId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"invoiceId":"null"}""", "invoiceId: the placeholder")]
    [InlineData("/track/event", """{"customerExternalId":"c","eventName":"e","eventId":"${id}"}""", "eventId: the placeholder")]
    [InlineData("/track/refund", """{"refundId":"%REFUND%","invoiceId":"i"}""", "refundId: the placeholder")]
    [InlineData("/track/refund", """{"refundId":"r","invoiceId":"<invoice>"}""", "invoiceId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"None","amount":1}""", "customerExternalId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"NULL","amount":1}""", "customerExternalId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"(null)","amount":1}""", "customerExternalId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"invoiceId":"N/A"}""", "invoiceId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"subscriptionId":"nil"}""", "subscriptionId: the placeholder")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"invoiceId":""}""", "invoiceId: is empty")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"invoiceId":" "}""", "invoiceId: is empty")]
    [InlineData("/track/sale", """{"customerExternalId":"c","amount":1,"subscriptionId":""}""", "subscriptionId: is empty")]
    [InlineData("/track/event", """{"customerExternalId":"c","eventName":"e","eventId":""}""", "eventId: is empty")]
    [InlineData("/track/cancellation", """{"customerExternalId":"known","subscriptionId":""}""", "subscriptionId: is empty")]
    [InlineData("/track/cancellation", """{"customerExternalId":"known","subscriptionId":"undefined"}""", "subscriptionId: the placeholder")]
    public async Task Nonsense_is_refused_and_nothing_of_it_is_stored(string path, string body, string message)
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "known");
        var before = Counts(server);
        Assert.Contains(message, (await server.SendAsync(HttpMethod.Post, path, body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal(before, Counts(server));
    }

    private static string Counts(AggregatorServer server) => server.Database.Read(session => string.Join(' ', new[]
    {
        "customers", "conversions", "touches", "credits", "adjustments", "commissions", "postings", "balances", "idempotency_keys", "counters",
    }.Select(table => $"{table} {session.First<long>($"SELECT COUNT(*) FROM {table}")}")) + session.First<long>("SELECT SUM(value) FROM counters"));

    private static Task<long> OneAsync(AggregatorServer server, string sql) => Task.FromResult(server.Database.Read(session => session.First<long>(sql)));

    private static Task<Reply> RefundAsync(AggregatorServer server, string refundId, long? amount) => server.PostAsync("/track/refund", new { invoiceId = "i", refundId, amount });

    private static async Task<string> RefundedAsync(AggregatorServer server) => (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("refunded").GetRawText();

    private static async Task<string> HasLeadAsync(AggregatorServer server, string customer)
    {
        var link = await server.HasLinkAsync("ana");
        (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = "Sign up", customerExternalId = customer })).Ok();
        return link;
    }

    private sealed class Converted
    {
        public long? Amount { get; set; }

        public string? Rate { get; set; }

        public string? RateFrom { get; set; }

        public string? RateSource { get; set; }
    }
}

public sealed class IntakeTestsOnSqlite : IntakeTests;

[OnPostgres]
public sealed class IntakeTestsOnPostgres : IntakeTests;
