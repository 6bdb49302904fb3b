using System.Text.Json;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Api;

public abstract class CustomersTests : EngineTests
{
    [EngineFact]
    public async Task A_customer_tells_where_it_came_from_and_what_it_bought()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { name = "Ana", email = "a@example.com" })).Ok().GetProperty("id").GetString();
        var link = await server.HasLinkAsync("ana", new { partnerId = partner });
        (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = "e", customerExternalId = "c", customerEmail = "c@example.com" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100, customerName = "Cleo", customerEmail = "other@example.com" })).Ok();

        var customer = (await server.GetAsync("/customers/ext_c?includeExpandedFields=true")).Ok();
        Assert.Equal(("c", "Cleo", "c@example.com", 1L, 100L, link, partner, "Ana"), (
            customer.GetProperty("externalId").GetString(), customer.GetProperty("name").GetString(), customer.GetProperty("email").GetString(),
            customer.GetProperty("sales").GetInt64(), customer.GetProperty("saleAmount").GetInt64(),
            customer.GetProperty("link").GetProperty("id").GetString(), customer.GetProperty("partner").GetProperty("id").GetString(), customer.GetProperty("partner").GetProperty("name").GetString()));
        Assert.NotNull(customer.GetProperty("firstSaleAt").GetString());
        Assert.NotNull(customer.GetProperty("createdAt").GetString());

        var plain = (await server.GetAsync("/customers/" + customer.GetProperty("id").GetString())).Ok();
        Assert.Equal(JsonValueKind.Null, plain.GetProperty("link").ValueKind);
        (await server.GetAsync("/customers/cus_none")).Refused(404, "not_found");
        (await server.GetAsync("/customers/ext_none")).Refused(404, "not_found");
    }

    [EngineFact]
    public async Task The_first_link_of_a_customer_stays_its_link()
    {
        await using var server = await StartAsync();
        var (first, second) = (await server.HasLinkAsync("first"), await server.HasLinkAsync("second"));
        (await server.PostAsync("/track/lead", new { clickId = server.Click(first), eventName = "a", customerExternalId = "c" })).Ok();
        (await server.PostAsync("/track/lead", new { clickId = server.Click(second), eventName = "b", customerExternalId = "c" })).Ok();
        Assert.Equal(first, (await server.GetAsync("/customers/ext_c?includeExpandedFields=true")).Ok().GetProperty("link").GetProperty("id").GetString());
    }

    [EngineFact]
    public async Task Customers_are_listed_filtered_and_paged()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        foreach (var i in Enumerable.Range(0, 5))
        {
            (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = "e", customerExternalId = "c" + i, customerEmail = $"C{i}@example.com" })).Ok();
        }

        Assert.Equal(["c4", "c3", "c2", "c1", "c0"], await Listed(""));
        Assert.Equal(["c2", "c1"], await Listed("?pageSize=2&page=2"));
        Assert.Equal(["c3"], await Listed("?email=c3@EXAMPLE.com"));
        Assert.Equal(["c1"], await Listed("?externalId=c1"));
        Assert.Equal(["c2"], await Listed("?search=C2@"));
        Assert.Equal(5, (await Listed("?linkId=" + link)).Length);
        Assert.Empty(await Listed("?linkId=link_none"));
        Assert.Empty(await Listed("?country=DE"));
        (await server.GetAsync("/customers?pageSize=0")).Refused(422, "unprocessable_entity");

        async Task<string[]> Listed(string query) =>
            [.. (await server.GetAsync("/customers" + query)).Ok().EnumerateArray().Select(customer => customer.GetProperty("externalId").GetString()!)];
    }

    [EngineFact]
    public async Task Customers_are_ordered_by_what_they_bought_and_chosen_by_program()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok();
        await server.HasLinkAsync("ana", new { partnerId = partner.GetProperty("id").GetString() });
        await server.HasLinkAsync("own");
        foreach (var (customer, code) in new[] { ("never", "own"), ("much", "ana"), ("little", "own") })
        {
            (await server.PostAsync("/track/lead", new { clickId = "", referralCode = code, eventName = "e", customerExternalId = customer })).Ok();
        }

        (await server.PostAsync("/track/sale", new { customerExternalId = "little", amount = 1 })).Ok();
        server.Clock.Ahead = TimeSpan.FromDays(1);
        (await server.PostAsync("/track/sale", new { customerExternalId = "much", amount = 100 })).Ok();

        Assert.Equal(["never", "much", "little"], await Listed("?sortBy=createdAt&sortOrder=asc"));
        Assert.Equal(["much", "little", "never"], await Listed("?sortBy=saleAmount"));
        Assert.Equal(["never", "little"], await Listed("?sortBy=saleAmount&sortOrder=asc&pageSize=2"));
        Assert.Equal(["much", "little", "never"], await Listed("?sortBy=firstSaleAt"));
        Assert.Equal(["little", "much", "never"], await Listed("?sortBy=firstSaleAt&sortOrder=asc"));
        Assert.Equal(["much"], await Listed("?programId=" + partner.GetProperty("programId").GetString()));
        Assert.Empty(await Listed("?programId=prog_none"));
        (await server.GetAsync("/customers?sortBy=subscriptionCanceledAt")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/customers?sortOrder=up")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/customers?sortBy=saleAmount&startingAfter=cus_0000000000001")).Refused(422, "unprocessable_entity");

        async Task<string[]> Listed(string query) =>
            [.. (await server.GetAsync("/customers" + query)).Ok().EnumerateArray().Select(customer => customer.GetProperty("externalId").GetString()!)];
    }

    [EngineFact]
    public async Task A_customer_is_made_changed_and_found_by_what_it_is_called_now()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        var made = await server.PostAsync("/customers", new { externalId = "c", name = "Cleo", attributes = new { plan = "pro", seats = 3, isStaff = false } });
        Assert.Equal(201, (int)made.Status);
        Assert.Equal("""{"plan":"pro","seats":3,"isStaff":false}""", made.Body.GetProperty("attributes").GetRawText());
        (await server.PostAsync("/customers", new { externalId = "c" })).Refused(409, "conflict");
        var lead = new { clickId = "", referralCode = "ana", eventName = "e", customerExternalId = "c" };
        var first = (await server.PostAsync("/track/lead", lead)).Ok().GetRawText();

        var changed = (await server.PatchAsync("/customers/ext_c", new { externalId = "d", name = (string?)null, email = "d@example.com" })).Ok();
        Assert.Equal(("d", JsonValueKind.Null, "d@example.com"), (changed.GetProperty("externalId").GetString(), changed.GetProperty("name").ValueKind, changed.GetProperty("email").GetString()));
        Assert.Equal("pro", changed.GetProperty("attributes").GetProperty("plan").GetString());
        (await server.GetAsync("/customers/ext_c")).Refused(404, "not_found");
        Assert.Equal(first, (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "ana", eventName = "e", customerExternalId = "d" })).Ok().GetRawText());
        (await server.PostAsync("/customers", new { externalId = "e" })).Ok();
        (await server.PatchAsync("/customers/ext_e", new { externalId = "d" })).Refused(409, "conflict");
    }

    [EngineTheory]
    [InlineData("""{"externalId":"x","attributes":{"a":null}}""", "attributes.a: ")]
    [InlineData("""{"externalId":"x","attributes":{"a":[1]}}""", "attributes.a: ")]
    [InlineData("""{"externalId":"x","attributes":5}""", "attributes: ")]
    [InlineData("""{"externalId":"x","knownSince":"2999-01-01"}""", "knownSince: ")]
    [InlineData("""{"externalId":"x","knownSince":"1960-01-01"}""", "knownSince: ")]
    [InlineData("""{"externalId":"deleted:x"}""", "externalId: ")]
    [InlineData("""{"externalId":"x","stripeCustomerId":"s"}""", "stripeCustomerId: ")]
    [InlineData("{}", "externalId: ")]
    public async Task Customers_that_cannot_be_are_refused(string body, string message)
    {
        await using var server = await StartAsync();
        Assert.Contains(message, (await server.SendAsync(HttpMethod.Post, "/customers", body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Contains(message, (await server.SendAsync(HttpMethod.Post, "/customers/import", $"""[{"{"}"externalId":"y"{"}"},{body}]""")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal("[]", (await server.GetAsync("/customers")).Text);
    }

    [EngineFact]
    public async Task Customers_that_the_shop_had_are_imported_and_are_not_new()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "ana", eventName = "e", customerExternalId = "known" })).Ok();
        var answer = (await server.PostAsync("/customers/import", new object[] { new { externalId = "known", knownSince = "2020-01-01T00:00:00Z" }, new { externalId = "old", email = "o@example.com" } })).Ok();
        Assert.Equal("""{"created":1,"updated":1}""", answer.GetRawText());
        Assert.Equal("2020-01-01T00:00:00.000Z", (await server.GetAsync("/customers/ext_known")).Ok().GetProperty("knownSince").GetString());
        Assert.NotNull((await server.GetAsync("/customers/ext_old")).Ok().GetProperty("knownSince").GetString());
        (await server.PostAsync("/customers/import", Enumerable.Repeat(new { externalId = "x" }, 1_001))).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task Of_a_deleted_customer_nothing_is_left_but_what_it_bought()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        var sale = new { customerExternalId = "secret-id", customerName = "Cleo Secret", customerEmail = "secret@example.com", amount = 100, invoiceId = "i", referralCode = "ana", metadata = new { note = "secret note" } };
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "ana", eventName = "e", customerExternalId = "secret-id", customerName = "Cleo Secret" })).Ok();
        (await server.PostAsync("/track/sale", sale)).Ok();
        var id = (await server.GetAsync("/customers/ext_secret-id")).Ok().GetProperty("id").GetString();
        Assert.Equal($$"""{"id":"{{id}}"}""", (await server.DeleteAsync("/customers/ext_secret-id")).Ok().GetRawText());

        (await server.GetAsync("/customers/" + id)).Refused(404, "not_found");
        (await server.DeleteAsync("/customers/" + id)).Refused(404, "not_found");
        Assert.Equal("[]", (await server.GetAsync("/customers")).Text);
        Assert.Equal(100, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("saleAmount").GetInt64());
        Assert.Single((await server.GetAsync("/events?event=sales&interval=all")).Ok().EnumerateArray());
        var repeat = (await server.PostAsync("/track/sale", sale)).Ok();
        Assert.Equal(JsonValueKind.Null, repeat.GetProperty("customer").GetProperty("name").ValueKind);
        foreach (var (table, columns) in new[] { ("customers", "external_id || COALESCE(name, '') || COALESCE(email, '')"), ("conversions", "COALESCE(business_key, '') || answer || COALESCE(metadata, '') || decision") })
        {
            Assert.All(server.Database.Read(session => session.Query<string>($"SELECT {columns} FROM {table}")), text => Assert.DoesNotContain("secret", text, StringComparison.OrdinalIgnoreCase));
        }

        // Who comes under the same name is somebody else.
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "ana", eventName = "e", customerExternalId = "secret-id" })).Ok();
        Assert.NotEqual(id, (await server.GetAsync("/customers/ext_secret-id")).Ok().GetProperty("id").GetString());
    }
}

public sealed class CustomersTestsOnSqlite : CustomersTests;

[OnPostgres]
public sealed class CustomersTestsOnPostgres : CustomersTests;
