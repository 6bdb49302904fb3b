using System.Text.Json;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Programs;

namespace LinkTracker.Aggregator.Tests.Api;

public abstract class PartnersTests : EngineTests
{
    private static readonly string[] Required = ["id", "name", "networkStatus", "programId", "partnerId", "createdAt", "status"];
    private static readonly string[] Nullable =
    [
        "username", "image", "country", "companyName", "defaultPayoutMethod", "paypalEmail", "stripeConnectId", "payoutsEnabledAt", "identityVerifiedAt", "tenantId",
    ];
    private static readonly string[] Numbers = ["totalCommissions", "totalClicks", "totalLeads", "totalConversions", "totalSales", "totalSaleAmount", "netRevenue"];

    [EngineFact]
    public async Task A_partner_has_every_field_of_the_contract()
    {
        await using var server = await StartAsync();
        var reply = await server.PostAsync("/partners", new { email = "Ana@example.com" });
        Assert.Equal(201, (int)reply.Status);
        Assert.All(Required, name => Assert.NotEmpty(reply.Body.GetProperty(name).GetString()!));
        Assert.All(Nullable, name => Assert.Equal(JsonValueKind.Null, reply.Body.GetProperty(name).ValueKind));
        Assert.All(Numbers, name => Assert.Equal(0, reply.Body.GetProperty(name).GetInt64()));
        Assert.Equal(("Ana@example.com", "Ana@example.com", 0), (reply.Body.GetProperty("name").GetString(), reply.Body.GetProperty("email").GetString(), reply.Body.GetProperty("links").GetArrayLength()));
    }

    [EngineFact]
    public async Task An_address_and_a_tenant_id_belong_to_one_partner()
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/partners", new { email = "ana@example.com", tenantId = "t" })).Ok();
        (await server.PostAsync("/partners", new { email = "ANA@example.com" })).Refused(409, "conflict");
        (await server.PostAsync("/partners", new { email = "ben@example.com", tenantId = "t" })).Refused(409, "conflict");
        Assert.Equal(1, (await server.GetAsync("/partners")).Ok().GetArrayLength());
    }

    [EngineTheory]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"email":"nobody"}""")]
    [InlineData("""{"email":"a b@example.com"}""")]
    [InlineData("""{"email":"a@example.com","country":"Germany"}""")]
    [InlineData("""{"email":"a@example.com","country":"1x"}""")]
    [InlineData("""{"email":"a@example.com","groupId":"g"}""")]
    [InlineData("""{"email":"a@example.com","linkProps":5}""")]
    [InlineData("""{"email":"a@example.com","linkProps":{"key":7}}""")]
    [InlineData("""{"email":"a@example.com","linkProps":{"url":"javascript:x"}}""")]
    public async Task A_bad_partner_is_refused_and_not_made(string body)
    {
        await using var server = await StartAsync();
        (await server.SendAsync(HttpMethod.Post, "/partners", body)).Refused(422, "unprocessable_entity");
        Assert.Equal("[]", (await server.GetAsync("/partners")).Text);
    }

    [EngineFact]
    public async Task A_partners_link_is_of_the_program_that_was_named_for_it()
    {
        await using var server = await StartAsync();
        var program = await ProgramsTests.HasProgramAsync(server, new { });
        (await server.PostAsync("/partners", new { email = "a@example.com", tenantId = "t" })).Ok();
        var made = (await server.PostAsync("/partners/links", new { tenantId = "t", programId = program, url = "https://a.example/" })).Ok();
        var upserted = (await server.PutAsync("/partners/links/upsert", new { tenantId = "t", programId = program, url = "https://b.example/" })).Ok();
        Assert.Equal((program, program), (made.GetProperty("programId").GetString(), upserted.GetProperty("programId").GetString()));
        (await server.PostAsync("/partners/links", new { tenantId = "t", programId = "prog_nope", url = "https://c.example/" })).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task A_partner_can_come_with_its_first_link_and_get_more()
    {
        await using var server = await StartAsync();
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

    [EngineFact]
    public async Task Properties_without_a_target_make_the_partner_and_no_link()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "a@example.com", linkProps = new { comments = "c", utm_source = "s" } })).Ok();
        Assert.Equal(0, partner.GetProperty("links").GetArrayLength());
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);
    }

    [EngineFact]
    public async Task An_upsert_keeps_the_tenant_id_of_a_link_whose_partner_has_none()
    {
        await using var server = await StartAsync();
        var id = (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok().GetProperty("id").GetString();
        await server.HasLinkAsync("ana", new { partnerId = id, tenantId = "t", url = "https://a.example/" });
        var upserted = (await server.PutAsync("/partners/links/upsert", new { partnerId = id, url = "https://a.example/", comments = "c" })).Ok();
        Assert.Equal(("ana", "t", "c"), (upserted.GetProperty("key").GetString(), upserted.GetProperty("tenantId").GetString(), upserted.GetProperty("comments").GetString()));
    }

    [EngineFact]
    public async Task Who_asks_about_a_program_gets_the_figures_of_that_program()
    {
        await using var server = await StartAsync();
        var rules = new { rewards = new[] { new { id = "sales", basisPoints = 1_000 } } };
        var (one, test) = (await ProgramsTests.HasProgramAsync(server, rules), await ProgramsTests.HasProgramAsync(server, rules, isTest: true));
        var ana = await HasPartnerAsync(server, "ana");
        await server.HasLinkAsync("usual", new { partnerId = ana });
        await server.HasLinkAsync("one", new { partnerId = ana, programId = one });
        await server.HasLinkAsync("test", new { partnerId = ana, programId = test });
        foreach (var (key, amount) in new[] { ("usual", 1_000), ("one", 2_000), ("one", 3_000), ("test", 4_000) })
        {
            (await server.PostAsync("/track/sale", new { customerExternalId = key, amount, referralCode = key })).Ok();
        }

        Assert.Equal(new long[] { 3, 2, 6_000, 500 }, await FiguresAsync(""));
        Assert.Equal(new long[] { 2, 1, 5_000, 500 }, await FiguresAsync("?programId=" + one));
        Assert.Equal(new long[] { 1, 1, 4_000, 400 }, await FiguresAsync("?programId=" + test));

        async Task<long[]> FiguresAsync(string query)
        {
            var partner = Assert.Single((await server.GetAsync("/partners" + query)).Ok().EnumerateArray());
            return [.. new[] { "totalSales", "totalConversions", "totalSaleAmount", "totalCommissions" }.Select(name => partner.GetProperty(name).GetInt64())];
        }
    }

    [EngineFact]
    public async Task What_was_credited_stays_with_its_partner_when_the_link_moves_or_goes()
    {
        await using var server = await StartAsync();
        var (ana, ben) = (await HasPartnerAsync(server, "ana"), await HasPartnerAsync(server, "ben"));
        var link = await server.HasLinkAsync("code", new { partnerId = ana });
        (await server.PostAsync("/track/lead", new { clickId = server.Click(link), eventName = "e", customerExternalId = "c" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 100 })).Ok();
        (await server.PatchAsync("/links/" + link, new { partnerId = ben })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "d", amount = 7, referralCode = "code" })).Ok();
        await HoldsAsync(liveLinks: 1);
        (await server.DeleteAsync("/links/" + link)).Ok();
        await HoldsAsync(liveLinks: 0);

        async Task HoldsAsync(int liveLinks)
        {
            var partners = (await server.GetAsync("/partners")).Ok();
            Assert.Equal([(ana, 1L, 1L, 100L, 0), (ben, 0L, 1L, 7L, liveLinks)], partners.EnumerateArray().Select(partner => (
                partner.GetProperty("id").GetString(), partner.GetProperty("totalLeads").GetInt64(), partner.GetProperty("totalSales").GetInt64(),
                partner.GetProperty("totalSaleAmount").GetInt64(), partner.GetProperty("links").GetArrayLength())));
            var byPartner = (await server.GetAsync("/analytics?event=sales&groupBy=top_partners&interval=all")).Ok();
            Assert.Equal([(ana, 100L), (ben, 7L)], byPartner.EnumerateArray().Select(row => (row.GetProperty("partnerId").GetString(), row.GetProperty("saleAmount").GetInt64())));
            foreach (var (partner, leads, amount) in new[] { (ana, 1, 100), (ben, 0, 7) })
            {
                var count = (await server.GetAsync($"/analytics?event=composite&interval=all&partnerId={partner}")).Ok();
                Assert.Equal((leads, amount), (count.GetProperty("leads").GetInt32(), count.GetProperty("saleAmount").GetInt32()));
                var sale = Assert.Single((await server.GetAsync($"/events?event=sales&interval=all&linkId={link}&partnerId={partner}")).Ok().EnumerateArray());
                Assert.Equal(amount, sale.GetProperty("saleAmount").GetInt32());
            }
        }
    }

    [EngineFact]
    public async Task A_partner_shows_its_first_hundred_links_and_the_list_of_them_has_pages()
    {
        await using var server = await StartAsync();
        var id = await HasPartnerAsync(server, "ana");
        Assert.True(EntityId.TryParse(EntityId.Partner, id, out var number));
        server.Database.Write(session => session.Execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
            INSERT INTO links (id, domain, key, key_folded, url, url_hash, track_conversion, redirect_status, query_policy, archived, partner_id, do_index, public_stats, created_at, updated_at)
            SELECT i, 'go.example.com', 'k' || i, 'k' || i, 'https://a.example/', 0, 1, 302, 'keep', 0, @number, 0, 0, 0, 0 FROM n
            """,
            new { number }));
        var links = (await server.GetAsync("/partners")).Ok()[0].GetProperty("links");
        Assert.Equal((100, "k1", "k100"), (links.GetArrayLength(), links[0].GetProperty("key").GetString(), links[99].GetProperty("key").GetString()));
        Assert.Equal(1_000, (await server.GetAsync("/partners/links?partnerId=" + id)).Ok().GetArrayLength());
        Assert.Equal("k40000", (await server.GetAsync($"/partners/links?partnerId={id}&page=40")).Ok()[999].GetProperty("key").GetString());
        Assert.Equal("k5", (await server.GetAsync($"/partners/links?partnerId={id}&page=3&pageSize=2")).Ok()[0].GetProperty("key").GetString());
        (await server.GetAsync($"/partners/links?partnerId={id}&pageSize=1001")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/partners?sortBy=totalClicks")).Ok();
    }

    [EngineFact]
    public async Task Links_of_nobody_are_refused()
    {
        await using var server = await StartAsync();
        (await server.GetAsync("/partners/links")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/partners/links?partnerId=pn_none")).Refused(404, "not_found");
        (await server.PostAsync("/partners/links", new { tenantId = "none", url = "https://a.example/" })).Refused(404, "not_found");
        (await server.PutAsync("/partners/links/upsert", new { url = "https://a.example/" })).Refused(422, "unprocessable_entity");
    }

    [EngineFact]
    public async Task Partners_are_found_and_ordered_by_what_they_brought()
    {
        await using var server = await StartAsync();
        foreach (var (name, amount, country) in new[] { ("ana", 100, "DE"), ("ben", 300, "FR"), ("cem", 200, "DE") })
        {
            (await server.PostAsync("/partners", new { name, email = name + "@example.com", tenantId = name, country, linkProps = new { url = "https://a.example/", key = name } })).Ok();
            (await server.PostAsync("/track/sale", new { customerExternalId = name, amount, referralCode = name, invoiceId = name })).Ok();
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
        foreach (var sortBy in new[] { "totalSaleAmount", "netRevenue", "averageLifetimeValue" })
        {
            Assert.Equal(["ana", "cem", "ben"], await Names($"?sortOrder=asc&sortBy={sortBy}"));
        }

        // Nothing to tell them apart: the newest first.
        foreach (var sortBy in new[] { "totalClicks", "totalLeads", "totalConversions", "totalSales", "earningsPerClick", "clickToLeadRate", "clickToConversionRate", "leadToConversionRate" })
        {
            Assert.Equal(["cem", "ben", "ana"], await Names($"?sortBy={sortBy}"));
        }

        // Who sold most is the last when nearly all of it went back.
        (await server.PostAsync("/track/refund", new { invoiceId = "ben", refundId = "r", amount = 299 })).Ok();
        Assert.Equal("ben", (await Names("?sortBy=netRevenue&sortOrder=asc"))[0]);
        Assert.Equal("ben", (await Names("?sortBy=totalSaleAmount"))[0]);
        server.Database.Write(session => session.Execute(
            """
            INSERT INTO balances (program_id, owner_kind, owner_id, account, unit, amount)
            SELECT (SELECT MIN(id) FROM programs), 'partner', id, 'payable', 'usd', 900 FROM partners WHERE name = 'ana'
            """));
        Assert.Equal(["ana", "cem", "ben"], await Names("?sortBy=totalCommissions"));
        (await server.GetAsync("/partners?sortBy=returnOnAdSpend")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/partners?sortBy=luck")).Refused(422, "unprocessable_entity");
        Assert.Empty(await Names("?groupId=g"));

        async Task<string[]> Names(string query) =>
            [.. (await server.GetAsync("/partners" + query)).Ok().EnumerateArray().Select(partner => partner.GetProperty("name").GetString()!)];
    }

    private static async Task<string> HasPartnerAsync(AggregatorServer server, string name) =>
        (await server.PostAsync("/partners", new { email = name + "@example.com" })).Ok().GetProperty("id").GetString()!;
}

public sealed class PartnersTestsOnSqlite : PartnersTests;

[OnPostgres]
public sealed class PartnersTestsOnPostgres : PartnersTests;
