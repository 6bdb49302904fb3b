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
}

public sealed class CustomersTestsOnSqlite : CustomersTests;

[OnPostgres]
public sealed class CustomersTestsOnPostgres : CustomersTests;
