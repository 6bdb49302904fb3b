using System.Text.Json;

namespace LinkTracker.Aggregator.Tests.Api;

public class PartnersTests
{
    private static readonly string[] Required = ["id", "name", "networkStatus", "programId", "partnerId", "createdAt", "status"];
    private static readonly string[] Nullable =
    [
        "username", "image", "country", "companyName", "defaultPayoutMethod", "paypalEmail", "stripeConnectId", "payoutsEnabledAt", "identityVerifiedAt", "tenantId",
    ];
    private static readonly string[] Numbers = ["totalCommissions", "totalClicks", "totalLeads", "totalConversions", "totalSales", "totalSaleAmount", "netRevenue"];

    [Fact]
    public async Task A_partner_has_every_field_of_the_contract()
    {
        await using var server = await AggregatorServer.StartAsync();
        var reply = await server.PostAsync("/partners", new { email = "Ana@example.com" });
        Assert.Equal(201, (int)reply.Status);
        Assert.All(Required, name => Assert.NotEmpty(reply.Body.GetProperty(name).GetString()!));
        Assert.All(Nullable, name => Assert.Equal(JsonValueKind.Null, reply.Body.GetProperty(name).ValueKind));
        Assert.All(Numbers, name => Assert.Equal(0, reply.Body.GetProperty(name).GetInt64()));
        Assert.Equal(("Ana@example.com", "Ana@example.com", 0), (reply.Body.GetProperty("name").GetString(), reply.Body.GetProperty("email").GetString(), reply.Body.GetProperty("links").GetArrayLength()));
    }

    [Fact]
    public async Task An_address_and_a_tenant_id_belong_to_one_partner()
    {
        await using var server = await AggregatorServer.StartAsync();
        (await server.PostAsync("/partners", new { email = "ana@example.com", tenantId = "t" })).Ok();
        (await server.PostAsync("/partners", new { email = "ANA@example.com" })).Refused(409, "conflict");
        (await server.PostAsync("/partners", new { email = "ben@example.com", tenantId = "t" })).Refused(409, "conflict");
        Assert.Equal(1, (await server.GetAsync("/partners")).Ok().GetArrayLength());
    }

    [Theory]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"email":"nobody"}""")]
    [InlineData("""{"email":"a b@example.com"}""")]
    [InlineData("""{"email":"a@example.com","country":"Germany"}""")]
    [InlineData("""{"email":"a@example.com","country":"1x"}""")]
    [InlineData("""{"email":"a@example.com","groupId":"g"}""")]
    [InlineData("""{"email":"a@example.com","linkProps":5}""")]
    [InlineData("""{"email":"a@example.com","linkProps":{"key":"x"}}""")]
    [InlineData("""{"email":"a@example.com","linkProps":{"url":"javascript:x"}}""")]
    public async Task A_bad_partner_is_refused_and_not_made(string body)
    {
        await using var server = await AggregatorServer.StartAsync();
        (await server.SendAsync(HttpMethod.Post, "/partners", body)).Refused(422, "unprocessable_entity");
        Assert.Equal("[]", (await server.GetAsync("/partners")).Text);
    }

    [Fact]
    public async Task A_partner_can_come_with_its_first_link_and_get_more()
    {
        await using var server = await AggregatorServer.StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "a@example.com", tenantId = "t", linkProps = new { url = "https://a.example/", key = "first" } })).Ok();
        var id = partner.GetProperty("id").GetString();
        Assert.Equal("first", partner.GetProperty("links")[0].GetProperty("key").GetString());

        var reply = await server.PostAsync("/partners/links", new { tenantId = "t", url = "https://b.example/", key = "second", comments = "c", linkProps = new { key = "ignored", title = "T" } });
        Assert.Equal(201, (int)reply.Status);
        Assert.Equal(("second", "T", "c", id, "t", true), (
            reply.Body.GetProperty("key").GetString(), reply.Body.GetProperty("title").GetString(), reply.Body.GetProperty("comments").GetString(),
            reply.Body.GetProperty("partnerId").GetString(), reply.Body.GetProperty("tenantId").GetString(), reply.Body.GetProperty("trackConversion").GetBoolean()));
        Assert.StartsWith("prog_", reply.Body.GetProperty("programId").GetString(), StringComparison.Ordinal);

        // Somebody else's link with the same target is not this partner's.
        await server.HasLinkAsync("foreign", new { url = "https://c.example/" });
        var upserted = (await server.PutAsync("/partners/links/upsert", new { partnerId = id, url = "https://c.example/" })).Ok();
        var again = (await server.PutAsync("/partners/links/upsert", new { partnerId = id, url = "https://c.example/", comments = "again" })).Ok();
        Assert.NotEqual("foreign", upserted.GetProperty("key").GetString());
        Assert.Equal(upserted.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        Assert.Equal(3, (await server.GetAsync("/partners/links?tenantId=t")).Ok().GetArrayLength());
        Assert.Equal(3, (await server.GetAsync($"/partners/links?partnerId={id}")).Ok().GetArrayLength());
        Assert.Equal(3, (await server.GetAsync($"/links?partnerId={id}")).Ok().GetArrayLength());
    }

    [Fact]
    public async Task Links_of_nobody_are_refused()
    {
        await using var server = await AggregatorServer.StartAsync();
        (await server.GetAsync("/partners/links")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/partners/links?partnerId=pn_none")).Refused(404, "not_found");
        (await server.PostAsync("/partners/links", new { tenantId = "none", url = "https://a.example/" })).Refused(404, "not_found");
        (await server.PutAsync("/partners/links/upsert", new { url = "https://a.example/" })).Refused(422, "unprocessable_entity");
    }

    [Fact]
    public async Task Partners_are_found_and_ordered_by_what_they_brought()
    {
        await using var server = await AggregatorServer.StartAsync();
        foreach (var (name, amount, country) in new[] { ("ana", 100, "DE"), ("ben", 300, "FR"), ("cem", 200, "DE") })
        {
            (await server.PostAsync("/partners", new { name, email = name + "@example.com", tenantId = name, country, linkProps = new { url = "https://a.example/", key = name } })).Ok();
            (await server.PostAsync("/track/sale", new { customerExternalId = name, amount, referralCode = name })).Ok();
        }

        Assert.Equal(["ben", "cem", "ana"], await Names(""));
        Assert.Equal(["ana", "ben", "cem"], await Names("?sortBy=createdAt&sortOrder=asc"));
        Assert.Equal(["cem", "ana"], await Names("?country=de"));
        Assert.Equal(["ana"], await Names("?email=ANA@example.com"));
        Assert.Equal(["cem"], await Names("?search=CE"));
        Assert.Equal(["ben"], await Names("?tenantId=ben&status=approved"));
        Assert.Empty(await Names("?status=banned"));
        Assert.Equal(["cem"], await Names("?pageSize=1&page=2"));
        var best = (await server.GetAsync("/partners?pageSize=1")).Ok()[0];
        Assert.Equal((1L, 1L, 300L), (best.GetProperty("totalSales").GetInt64(), best.GetProperty("totalConversions").GetInt64(), best.GetProperty("totalSaleAmount").GetInt64()));
        (await server.GetAsync("/partners?sortBy=luck")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/partners?groupId=g")).Refused(422, "unprocessable_entity");

        async Task<string[]> Names(string query) =>
            [.. (await server.GetAsync("/partners" + query)).Ok().EnumerateArray().Select(partner => partner.GetProperty("name").GetString()!)];
    }
}
