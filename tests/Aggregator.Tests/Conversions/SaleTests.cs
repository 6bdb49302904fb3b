using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Conversions;

public abstract class SaleTests : EngineTests
{
    [EngineFact]
    public async Task A_sale_goes_to_the_customers_lead_and_its_answer_has_every_field()
    {
        await using var server = await StartAsync();
        var link = await HasLeadAsync(server, "ana", "c");
        var answer = (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 4990, currency = "EUR", paymentProcessor = "stripe", invoiceId = "i", metadata = new { plan = "pro", n = 1.5 } })).Ok();

        Assert.Equal("Purchase", answer.GetProperty("eventName").GetString());
        Assert.Equal(["id", "name", "email", "avatar", "externalId"], answer.GetProperty("customer").EnumerateObject().Select(property => property.Name));
        Assert.StartsWith("cus_", answer.GetProperty("customer").GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            """{"amount":4990,"currency":"eur","paymentProcessor":"stripe","invoiceId":"i","metadata":{"plan":"pro","n":1.5}}""",
            answer.GetProperty("sale").GetRawText());

        // Euros are no dollars: the sale counts, its amount is shown apart.
        var shown = (await server.GetAsync("/links/info?linkId=" + link)).Ok();
        Assert.Equal((1L, 1L, 0L), (shown.GetProperty("sales").GetInt64(), shown.GetProperty("conversions").GetInt64(), shown.GetProperty("saleAmount").GetInt64()));
        Assert.Equal(4990, (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("amounts").GetProperty("eur").GetProperty("attributed").GetInt64());
    }

    [EngineFact]
    public async Task Fifty_equal_sales_at_once_are_one_and_all_answers_are_the_same()
    {
        await using var server = await StartAsync();
        var link = await HasLeadAsync(server, "ana", "c");
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 4990, invoiceId = "i" })));
        Assert.Single(replies.Select(reply => reply.Ok().GetRawText()).Distinct());
        var shown = (await server.GetAsync("/links/info?linkId=" + link)).Ok();
        Assert.Equal((1L, 4990L), (shown.GetProperty("sales").GetInt64(), shown.GetProperty("saleAmount").GetInt64()));
    }

    [EngineFact]
    public async Task An_invoice_is_one_sale_for_ever_also_over_a_restart_and_with_another_body()
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-").FullName;
        try
        {
            Reply first;
            await using (var server = await StartAsync(folder))
            {
                await HasLeadAsync(server, "ana", "c");
                first = await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "i" });
            }

            await using (var server = await StartAsync(folder))
            {
                server.Clock.Ahead = TimeSpan.FromDays(3_000);
                var same = await server.PostAsync("/track/sale", new { invoiceId = "i", currency = "USD", amount = 100, customerExternalId = "c" });
                var other = await server.PostAsync("/track/sale", new { customerExternalId = "d", amount = 999, invoiceId = "i" });
                Assert.Equal(first.Ok().GetRawText(), same.Ok().GetRawText());
                Assert.Equal(first.Text, other.Text);
                var stats = (await server.GetAsync("/stats")).Ok().GetProperty("conversions");
                Assert.Equal((1L, 1L, 1L), (stats.GetProperty("sales").GetInt64(), stats.GetProperty("saleRepeats").GetInt64(), stats.GetProperty("saleConflicts").GetInt64()));
                Assert.Equal("""{"usd":{"posted":100,"attributed":100,"unattributed":0}}""", stats.GetProperty("amounts").GetRawText());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [EngineFact]
    public async Task Without_an_invoice_each_sale_is_its_own()
    {
        await using var server = await StartAsync();
        var link = await HasLeadAsync(server, "ana", "c");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100 })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100 })).Ok();
        var shown = (await server.GetAsync("/links/info?linkId=" + link)).Ok();
        Assert.Equal((2L, 1L, 200L), (shown.GetProperty("sales").GetInt64(), shown.GetProperty("conversions").GetInt64(), shown.GetProperty("saleAmount").GetInt64()));
    }

    [EngineFact]
    public async Task Nothing_is_recorded_for_nothing_paid_and_its_invoice_is_not_used_up()
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "ana", "c");
        var nothing = await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 0, invoiceId = "i" });
        Assert.Equal("""{"eventName":"Purchase","customer":null,"sale":null}""", nothing.Ok().GetRawText());
        Assert.Equal(JsonValueKind.Object, (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 5, invoiceId = "i" })).Ok().GetProperty("sale").ValueKind);
        Assert.Equal(1, (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("sales").GetInt64());
    }

    [EngineFact]
    public async Task A_sale_of_an_unknown_customer_without_evidence_is_answered_with_null_and_kept_until_its_lead_comes()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        var click = server.Click(link);
        var sale = new { customerExternalId = "c", amount = 100, invoiceId = "i" };
        Assert.Equal("""{"eventName":"Purchase","customer":null,"sale":null}""", (await server.PostAsync("/track/sale", sale)).Ok().GetRawText());
        Assert.Equal("[]", (await server.GetAsync("/customers")).Text);
        (await server.GetAsync("/customers/ext_c")).Refused(404, "not_found");
        Assert.Equal("""{"usd":{"posted":100,"attributed":0,"unattributed":100}}""", await AmountsAsync());

        server.Clock.Ahead += TimeSpan.FromDays(1);
        (await server.PostAsync("/track/lead", new { clickId = click, eventName = "Sign up", customerExternalId = "c" })).Ok();
        Assert.Equal(100, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("saleAmount").GetInt64());
        Assert.Equal(1, (await server.GetAsync("/customers/ext_c")).Ok().GetProperty("sales").GetInt64());
        Assert.Equal("""{"usd":{"posted":100,"attributed":100,"unattributed":0}}""", await AmountsAsync());

        // A repeat gets the first answer, whatever is known by now.
        Assert.Equal("""{"eventName":"Purchase","customer":null,"sale":null}""", (await server.PostAsync("/track/sale", sale)).Ok().GetRawText());

        async Task<string> AmountsAsync() => (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("amounts").GetRawText();
    }

    [EngineFact]
    public async Task A_direct_sale_makes_its_customer_and_a_click_code_or_lead_name_decides_for_a_known_one()
    {
        await using var server = await StartAsync();
        var a = await server.HasLinkAsync("aaa");
        var b = await server.HasLinkAsync("bbb");
        var c = await server.HasLinkAsync("ccc");
        Assert.Equal(1, await SalesAfter(a, new { customerExternalId = "x", amount = 1, clickId = server.Click(a) }));
        Assert.Equal(1, await SalesAfter(b, new { customerExternalId = "x", amount = 1, clickId = server.Click(b) }));
        Assert.Equal(1, await SalesAfter(c, new { customerExternalId = "x", amount = 1, clickId = server.Click(b), referralCode = "CCC" }));

        foreach (var (link, name) in new[] { (a, "Trial"), (b, "Sign up") })
        {
            (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = name, customerExternalId = "y" })).Ok();
            server.Clock.Ahead += TimeSpan.FromSeconds(1);
        }

        Assert.Equal(2, await SalesAfter(b, new { customerExternalId = "y", amount = 1 }));
        Assert.Equal(2, await SalesAfter(a, new { customerExternalId = "y", amount = 1, leadEventName = "Trial" }));

        // Who names a lead that there is not means none of the others.
        (await server.PostAsync("/track/sale", new { customerExternalId = "y", amount = 1, leadEventName = "Nothing" })).Ok();
        Assert.Equal(2, (await server.GetAsync("/links/info?linkId=" + b)).Ok().GetProperty("sales").GetInt64());

        // An old click is no evidence any more; the lead it became still is.
        server.Clock.Ahead = TimeSpan.FromDays(400);
        Assert.Equal(3, await SalesAfter(b, new { customerExternalId = "y", amount = 1, clickId = server.Click(c, server.Clock.GetUtcNow().AddDays(-399)) }));

        async Task<long> SalesAfter(string link, object sale)
        {
            (await server.PostAsync("/track/sale", sale)).Ok();
            return (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("sales").GetInt64();
        }
    }

    [EngineTheory]
    [InlineData("""{"customerExternalId":"c"}""", "amount: ")]
    [InlineData("""{"customerExternalId":"c","amount":null}""", "amount: ")]
    [InlineData("""{"customerExternalId":"c","amount":-1}""", "amount: ")]
    [InlineData("""{"customerExternalId":"c","amount":1.5}""", "amount: must be a whole number")]
    [InlineData("""{"customerExternalId":"c","amount":"100"}""", "amount: must be a whole number")]
    [InlineData("""{"customerExternalId":"c","amount":1000000000001}""", "amount: must be 0 to 1000000000000, this is 1000000000001.")]
    [InlineData("""{"customerExternalId":"c","amount":99999999999999999999}""", "amount: must be a whole number")]
    [InlineData("""{"customerExternalId":"c","amount":1e400}""", "amount: must be a whole number")]
    [InlineData("""{"amount":1}""", "customerExternalId: ")]
    [InlineData("""{"customerExternalId":"c","amount":1,"currency":"xyz"}""", "currency: ")]
    [InlineData("""{"customerExternalId":"c","amount":1,"currency":"dollars"}""", "currency: ")]
    [InlineData("""{"customerExternalId":"c","amount":1,"currency":""}""", "currency: ")]
    [InlineData("""{"customerExternalId":"c","amount":1,"paymentProcessor":"cash"}""", "paymentProcessor: ")]
    public async Task Amounts_and_names_that_are_none_are_refused_and_change_nothing(string body, string message)
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "ana", "c");
        Assert.Contains(message, (await server.SendAsync(HttpMethod.Post, "/track/sale", body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal(0, (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("sales").GetInt64());
    }

    [EngineFact]
    public async Task The_largest_amount_is_kept_to_the_unit()
    {
        await using var server = await StartAsync();
        var link = await HasLeadAsync(server, "ana", "c");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_000_000_000_000 })).Ok();
        Assert.Equal(1_000_000_000_000, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("saleAmount").GetInt64());
    }

    [EngineFact]
    public async Task Later_sales_of_a_customer_that_came_by_a_direct_sale_go_to_its_link_for_ever()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok().GetProperty("id").GetString();
        var link = await server.HasLinkAsync("ana", new { partnerId = partner });
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, clickId = server.Click(link) })).Ok();
        server.Clock.Ahead = TimeSpan.FromDays(400);
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 20 })).Ok();
        (await server.DeleteAsync("/links/" + link)).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 3 })).Ok();

        Assert.Equal([("click", 100L), ("customer", 20L), ("customer", 3L)], Sales(server).Select(sale => (sale.Method, sale.Amount)));
        Assert.Single(Sales(server).Select(sale => (sale.LinkId, sale.PartnerId, sale.ClickToken)).Distinct());
        Assert.Equal(123, (await server.GetAsync("/partners")).Ok()[0].GetProperty("totalSaleAmount").GetInt64());
    }

    [EngineFact]
    public async Task A_sale_after_a_deferred_lead_goes_to_the_link_of_its_click()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = "Sign up", customerExternalId = "c", mode = "deferred" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100 })).Ok();
        Assert.Equal("customer", Assert.Single(Sales(server)).Method);
        Assert.Equal(100, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("saleAmount").GetInt64());
    }

    [EngineFact]
    public async Task A_later_sale_goes_to_the_code_that_beat_the_click_of_a_direct_sale()
    {
        await using var server = await StartAsync();
        var (clicked, typed) = (await server.HasLinkAsync("clicked"), await server.HasLinkAsync("typed"));
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1, clickId = server.Click(clicked), referralCode = "typed" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 2 })).Ok();
        Assert.Equal(3, (await server.GetAsync("/links/info?linkId=" + typed)).Ok().GetProperty("saleAmount").GetInt64());
        Assert.All(Sales(server), sale => Assert.Null(sale.ClickToken));
    }

    [EngineFact]
    public async Task A_sale_of_a_known_customer_is_kept_when_the_link_of_its_click_is_gone()
    {
        await using var server = await StartAsync();
        var link = await HasLeadAsync(server, "ana", "c");
        var (off, gone) = (await server.HasLinkAsync("off"), await server.HasLinkAsync("gone"));
        string[] clicks = [server.Click(off), server.Click(gone)];
        (await server.PatchAsync("/links/" + off, new { disabled = true })).Ok();
        (await server.DeleteAsync("/links/" + gone)).Ok();
        foreach (var click in clicks)
        {
            (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 5, clickId = click })).Ok();
            (await server.PostAsync("/track/lead", new { customerExternalId = "c", eventName = click, clickId = click })).Ok();
            (await server.PostAsync("/track/sale", new { customerExternalId = "new", amount = 5, clickId = click })).Refused(404, "not_found");
        }

        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 5, clickId = clicks[0][..^1] })).Refused(404, "not_found");
        var shown = (await server.GetAsync("/links/info?linkId=" + link)).Ok();
        Assert.Equal((10L, 3L), (shown.GetProperty("saleAmount").GetInt64(), shown.GetProperty("leads").GetInt64()));
        Assert.All(Sales(server), sale => Assert.Contains("link_not_live", sale.Decision, StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task What_was_posted_is_counted_apart_from_what_is_stored()
    {
        await using var server = await StartAsync();
        await HasLeadAsync(server, "ana", "c");
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "lost" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, invoiceId = "lost" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 20, currency = "eur" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "d", amount = 3, referralCode = "nobodys" })).Ok();
        Assert.Equal("""{"eur":{"posted":20,"attributed":20,"unattributed":0},"usd":{"posted":103,"attributed":100,"unattributed":3}}""", await AmountsAsync());
        server.Database.Write(session => session.Execute("DELETE FROM credits WHERE conversion_id IN (SELECT id FROM conversions WHERE invoice_id = 'lost')"));
        server.Database.Write(session => session.Execute("DELETE FROM conversions WHERE invoice_id = 'lost'"));
        Assert.Equal("""{"eur":{"posted":20,"attributed":20,"unattributed":0},"usd":{"posted":103,"attributed":0,"unattributed":3}}""", await AmountsAsync());

        async Task<string> AmountsAsync() => (await server.GetAsync("/stats")).Ok().GetProperty("conversions").GetProperty("amounts").GetRawText();
    }

    private static IReadOnlyList<StoredSale> Sales(AggregatorServer server) => server.Database.Read(session => session.Query<StoredSale>(
        "SELECT method, amount, link_id, partner_id, click_token, decision FROM conversions WHERE kind = 'sale' ORDER BY id"));

    private static async Task<string> HasLeadAsync(AggregatorServer server, string key, string customer)
    {
        var link = await server.HasLinkAsync(key);
        (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = "Sign up", customerExternalId = customer })).Ok();
        return link;
    }

    private sealed class StoredSale
    {
        public string Method { get; set; } = "";

        public long Amount { get; set; }

        public long LinkId { get; set; }

        public long? PartnerId { get; set; }

        public string? ClickToken { get; set; }

        public string Decision { get; set; } = "";
    }
}

public sealed class SaleTestsOnSqlite : SaleTests;

[OnPostgres]
public sealed class SaleTestsOnPostgres : SaleTests;
