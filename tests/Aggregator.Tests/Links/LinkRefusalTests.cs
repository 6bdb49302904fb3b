using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Links;

/// <summary>What is refused, with which status, and that it changes nothing.</summary>
public abstract class LinkRefusalTests : EngineTests
{
    public static TheoryData<string, int, string> Bodies => new()
    {
        { "", 400, "The body is empty" },
        { """{"url": """, 400, "not JSON" },
        { """{"url":"https://a.example/",}""", 400, "not JSON" },
        { """{"url":"https://a.example/"} x""", 400, "not JSON" },
        { """{"url":"https://a.example/","url":"https://b.example/"}""", 400, "not JSON" },
        { """{"url":"https://a.example/","title":"\ud800"}""", 400, "Unicode" },
        { """{"url":"https://a.example/","other":[{"x":"\udc00\ud800"}]}""", 400, "Unicode" },
        { """{"url":"https://a.example/","\ud800":"x"}""", 400, "Unicode" },
        { "{\"url\":\"https://a.example/\",\"title\":" + new string('[', 40) + new string(']', 40) + "}", 400, "not JSON" },
        { "[]", 422, "must be a JSON object" },
        { "null", 422, "must be a JSON object" },
        { "{}", 422, "url: " },
        { """{"url":null}""", 422, "url: " },
        { """{"url":5}""", 422, "url: must be a string" },
        { """{"url":["https://a.example/"]}""", 422, "url: must be a string" },
        { """{"url":"https://a.example/","trackConversion":"true"}""", 422, "trackConversion: must be true or false" },
        { """{"url":"https://a.example/","keyLength":"7"}""", 422, "keyLength: must be a whole number" },
        { """{"url":"https://a.example/","keyLength":7.5}""", 422, "keyLength: must be a whole number" },
        { """{"url":"https://a.example/","keyLength":1e400}""", 422, "keyLength: must be a whole number" },
        { """{"url":"https://a.example/","utm_source":{}}""", 422, "utm_source: must be a string" },
        { """{"url":"https://a.example/","redirectStatus":303}""", 422, "redirectStatus: " },
        { """{"url":"https://a.example/","queryPolicy":"merge"}""", 422, "queryPolicy: " },
        { """{"url":"https://a.example/","expiresAt":"tomorrow"}""", 422, "expiresAt: " },
        { """{"url":"https://a.example/","expiredUrl":"javascript:alert(1)"}""", 422, "expiredUrl: " },
        { """{"url":"https://a.example/","title":"a\u0000b"}""", 422, "title: " },
        { """{"url":"https://a.example/","channel":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", 422, "channel: " },
        { """{"url":"https://a.example/","channel":"ääääääääääääääääää"}""", 422, "channel: " },
        { """{"url":"https://a.example/","partnerId":"pn_nobody"}""", 422, "partnerId: " },
        { """{"url":"https://a.example/","partnerId":"pn_0000000000001"}""", 422, "partnerId: " },
        { """{"url":"https://a.example/","programId":"prog_other"}""", 422, "programId: " },
        { """{"url":"https://a.example/","password":"secret"}""", 422, "password: not supported" },
        { """{"url":"https://a.example/","geo":{"DE":"https://b.example/"}}""", 422, "geo: not supported" },
        { """{"url":"https://a.example/","tagIds":["t"]}""", 422, "tagIds: not supported" },
        { """{"url":"https://a.example/","tagNames":"t"}""", 422, "tagNames: not supported" },
        { """{"url":"https://a.example/","rewrite":true}""", 422, "rewrite: not supported" },
        { """{"url":"https://a.example/","testVariants":[{"url":"https://b.example/","percentage":50}]}""", 422, "testVariants: not supported" },
        { """{"url":"https://a.example/","folderId":5}""", 422, "folderId: not supported" },
        { """{"url":"https://a.example/","key":"a b"}""", 422, "key: " },
        { """{"url":"https://a.example/","key":"_root"}""", 422, "key: " },
        { """{"url":"https://a.example/","key":"../x"}""", 422, "key: " },
        { """{"url":"javascript:alert(1)"}""", 422, "url: " },
        { """{"url":"data:text/html,x"}""", 422, "url: " },
        { """{"url":"https://user@evil.example/"}""", 422, "url: " },
        { """{"url":"https://shop.example.com\\@evil.example/"}""", 422, "url: " },
        { """{"url":"https://shop.example.com/\r\nX: y"}""", 422, "url: " },
        { """{"url":"https://go.example.com/x"}""", 422, "url: " },
        { """{"url":"http://127.0.0.1:8080/x"}""", 422, "url: " },
        { """{"url":"http://GO.example.com:8080/x"}""", 422, "url: " },
    };

    [EngineTheory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused_naming_what_is_wrong_and_nothing_changes(string body, int status, string message)
    {
        await using var server = await StartAsync();
        var reply = await server.SendAsync(HttpMethod.Post, "/links", body);
        Assert.Contains(message, reply.Refused(status, status == 400 ? "bad_request" : "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);
    }

    [EngineTheory]
    [MemberData(nameof(Bodies))]
    public async Task The_same_bodies_are_refused_as_changes(string body, int status, string message)
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana");
        var before = (await server.GetAsync("/links/info?linkId=" + id)).Text;
        var reply = await server.SendAsync(HttpMethod.Patch, "/links/" + id, body);
        if (body is not ("{}" or """{"url":"https://a.example/","keyLength":7.5}"""))
        {
            Assert.Contains(message, reply.Refused(status, status == 400 ? "bad_request" : "unprocessable_entity"), StringComparison.Ordinal);
            Assert.Equal(before, (await server.GetAsync("/links/info?linkId=" + id)).Text);
        }
    }

    [EngineFact]
    public async Task Blank_values_of_unsupported_fields_and_unknown_names_are_let_pass()
    {
        await using var server = await StartAsync();
        (await server.SendAsync(HttpMethod.Post, "/links", """
            {"url":"https://a.example/","password":null,"ios":"","geo":{},"proxy":false,"tagIds":[],"webhookIds":[],"nobodyKnows":[1,{"x":2}]}
            """)).Ok();
    }

    [EngineFact]
    public async Task A_foreign_domain_is_forbidden()
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/links", new { url = "https://a.example/", domain = "other.example" })).Refused(403, "forbidden");
        Assert.Equal("go.example.com", (await server.PostAsync("/links", new { url = "https://a.example/", domain = "GO.example.com" })).Ok().GetProperty("domain").GetString());
    }

    [EngineFact]
    public async Task A_body_over_one_mebibyte_is_too_large()
    {
        await using var server = await StartAsync();
        var reply = await server.PostAsync("/links", new { url = "https://a.example/", comments = new string('x', 1 << 20) });
        reply.Refused(413, "payload_too_large");
    }

    [EngineFact]
    public async Task Unknown_paths_methods_and_media_types_answer_in_the_envelope()
    {
        await using var server = await StartAsync();
        (await server.GetAsync("/nothing/here")).Refused(404, "not_found");
        (await server.DeleteAsync("/links")).Refused(405, "method_not_allowed");
        (await server.SendAsync(HttpMethod.Post, "/links", "url=x", mediaType: "application/x-www-form-urlencoded")).Refused(415, "unsupported_media_type");
    }

    [EngineTheory]
    [InlineData("/links?search=a%00")]
    [InlineData("/links/info?key=a%00")]
    [InlineData("/customers?email=%00")]
    [InlineData("/partners?tenantId=a%00b")]
    [InlineData("/analytics?event=sales&externalId=%00")]
    public async Task Nothing_is_looked_for_by_a_text_that_cannot_be_stored(string path)
    {
        await using var server = await StartAsync();
        Assert.Contains("U+0000", (await server.GetAsync(path)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_control_character_is_refused_wherever_a_body_has_it()
    {
        await using var server = await StartAsync();
        Refused("utm_source", await server.PostAsync("/links", new { url = "https://a.example/?utm_source=a%00" }));
        Refused("externalIds", await server.PatchAsync("/links/bulk", new { externalIds = new[] { "a\0" }, data = new { archived = true } }));
        Refused("tenantId", await server.PostAsync("/partners/links", new { tenantId = "a\0", url = "https://a.example/" }));
        Refused("leadEventName", await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1, leadEventName = "a\0" }));
        Refused("referralCode", await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1, referralCode = "a\0" }));

        static void Refused(string field, Reply reply) => Assert.StartsWith(field + ": ", reply.Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }
}

public sealed class LinkRefusalTestsOnSqlite : LinkRefusalTests;

[OnPostgres]
public sealed class LinkRefusalTestsOnPostgres : LinkRefusalTests;
