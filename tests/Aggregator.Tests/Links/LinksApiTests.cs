using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Links;

public abstract class LinksApiTests : EngineTests
{
    // What the official SDK insists on, of every link: must be there, may be null or not.
    private static readonly string[] Texts = ["id", "domain", "key", "url", "shortLink", "qrCode", "workspaceId", "projectId", "createdAt", "updatedAt"];
    private static readonly string[] Nullable =
    [
        "externalId", "tenantId", "programId", "partnerId", "expiresAt", "expiredUrl", "disabledAt", "password", "title", "description", "image", "video", "ios",
        "android", "geo", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "userId", "folderId", "comments", "tagId", "lastClicked",
        "testVariants", "testStartedAt", "testCompletedAt",
    ];
    private static readonly string[] Numbers = ["clicks", "leads", "conversions", "sales", "saleAmount"];
    private static readonly string[] Flags = ["trackConversion", "archived", "proxy", "rewrite", "doIndex", "publicStats"];

    [EngineFact]
    public async Task A_link_has_every_field_of_the_contract()
    {
        await using var server = await StartAsync();
        var link = (await server.PostAsync("/links", new { url = "https://shop.example.com/", key = "ana" })).Ok();
        Assert.All(Texts, name => Assert.NotEmpty(link.GetProperty(name).GetString()!));
        Assert.All(Nullable, name => Assert.Equal(JsonValueKind.Null, link.GetProperty(name).ValueKind));
        Assert.All(Numbers, name => Assert.Equal(0, link.GetProperty(name).GetInt64()));
        Assert.All(Flags, name => Assert.False(link.GetProperty(name).GetBoolean()));
        Assert.All(["tags", "webhookIds"], name => Assert.Equal(0, link.GetProperty(name).GetArrayLength()));
        Assert.Equal("https://go.example.com/ana", link.GetProperty("shortLink").GetString());
        Assert.EndsWith("/qr?url=https://go.example.com/ana?qr=1", link.GetProperty("qrCode").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("ws_", link.GetProperty("workspaceId").GetString(), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task What_was_sent_is_stored_and_given_back_the_same_by_every_way_to_ask()
    {
        await using var server = await StartAsync();
        var sent = new
        {
            url = "https://shop.example.com/",
            key = "ana",
            externalId = "e1",
            tenantId = "t1",
            trackConversion = true,
            archived = true,
            disabled = true,
            redirectStatus = 307,
            queryPolicy = "override",
            channel = "mail",
            expiresAt = "2030-01-01T00:00:00.000Z",
            expiredUrl = "https://shop.example.com/over",
            title = "T",
            description = "D",
            image = "https://i.example/1.png",
            video = "v",
            comments = "line\nline",
            doIndex = true,
            publicStats = true,
        };
        var made = await server.PostAsync("/links", sent);
        foreach (var property in JsonSerializer.SerializeToElement(sent).EnumerateObject())
        {
            Assert.Equal(property.Value.ToString(), made.Ok().GetProperty(property.Name).ToString());
        }

        var id = made.Ok().GetProperty("id").GetString();
        Assert.NotNull(made.Ok().GetProperty("disabledAt").GetString());
        foreach (var path in new[] { $"?linkId={id}", "?externalId=ext_e1", "?externalId=e1", "?linkId=ext_e1", "?domain=GO.example.com&key=ana", "?key=ana" })
        {
            Assert.Equal(made.Text, (await server.GetAsync("/links/info" + path)).Text);
        }
    }

    [EngineFact]
    public async Task Tags_are_written_into_the_target_and_follow_it_when_it_changes()
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana", new { url = "https://shop.example.com/p?utm_source=old&x=1#top", utm_source = "a b", utm_term = "t", @ref = "ana" });
        Assert.Equal("https://shop.example.com/p?utm_source=a%20b&x=1&utm_term=t&ref=ana#top", await UrlAfter(new { comments = "same" }));
        Assert.Equal("https://new.example.com/?utm_source=mine&utm_term=t", await UrlAfter(new { url = "https://new.example.com/?utm_source=mine" }));
        Assert.Equal("https://new.example.com/?utm_source=mine", await UrlAfter(new { utm_term = (string?)null }));

        async Task<string?> UrlAfter(object change) => (await server.PatchAsync("/links/" + id, change)).Ok().GetProperty("url").GetString();
    }

    [EngineFact]
    public async Task Keys_are_made_without_look_alike_letters_of_the_length_and_prefix_asked_for()
    {
        await using var server = await StartAsync();
        var plain = await KeyOf(new { url = "https://a.example/" });
        Assert.Matches("^[23456789abcdefghjkmnpqrstuvwxyz]{7}$", plain);
        Assert.Matches("^promo/.{12}$", await KeyOf(new { url = "https://a.example/", keyLength = 12, prefix = "/promo/" }));
        (await server.PostAsync("/links", new { url = "https://a.example/", keyLength = 2 })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/links", new { url = "https://a.example/", keyLength = 191 })).Refused(422, "unprocessable_entity");

        async Task<string> KeyOf(object body) => (await server.PostAsync("/links", body)).Ok().GetProperty("key").GetString()!;
    }

    [EngineTheory]
    [InlineData("Ana-5")]
    [InlineData("ANA5")]
    [InlineData("аna5")] // The first letter is Cyrillic.
    public async Task A_key_that_looks_like_a_taken_one_is_refused(string key)
    {
        await using var server = await StartAsync();
        var id = await server.HasLinkAsync("ana5");
        (await server.PostAsync("/links", new { url = "https://a.example/", key })).Refused(409, "conflict");

        // A link may take another spelling of its own key, and a deleted link's key is free.
        (await server.PatchAsync("/links/" + id, new { key })).Ok();
        (await server.DeleteAsync("/links/" + id)).Ok();
        (await server.PostAsync("/links", new { url = "https://a.example/", key = "ana5" })).Ok();
    }

    [EngineFact]
    public async Task Fifty_creates_of_one_key_at_once_are_one_link_and_49_conflicts()
    {
        await using var server = await StartAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.PostAsync("/links", new { url = "https://a.example/", key = "one" })));
        Assert.Single(replies, reply => (int)reply.Status == 200);
        Assert.All(replies.Where(reply => (int)reply.Status != 200), reply => reply.Refused(409, "conflict"));
        Assert.Equal("1", (await server.GetAsync("/links/count")).Text);
    }

    [EngineFact]
    public async Task Upsert_changes_the_link_with_that_target_or_makes_one()
    {
        await using var server = await StartAsync();
        var made = (await server.PutAsync("/links/upsert", new { url = "https://a.example/", key = "k", title = "one", utm_source = "s" })).Ok();
        var changed = (await server.PutAsync("/links/upsert", new { url = "https://a.example/", utm_source = "s", comments = "two" })).Ok();
        var other = (await server.PutAsync("/links/upsert", new { url = "https://b.example/" })).Ok();
        Assert.Equal(made.GetProperty("id").GetString(), changed.GetProperty("id").GetString());
        Assert.Equal(("k", "one", "two"), (changed.GetProperty("key").GetString(), changed.GetProperty("title").GetString(), changed.GetProperty("comments").GetString()));
        Assert.NotEqual(made.GetProperty("id").GetString(), other.GetProperty("id").GetString());
    }

    [EngineFact]
    public async Task Lists_page_both_ways_and_filter()
    {
        await using var server = await StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Insert(0, await server.HasLinkAsync($"key{i}", new { tenantId = i % 2 == 0 ? "even" : "odd", archived = i == 6, title = i == 3 ? "50% off_now" : null }));
        }

        Assert.Equal(ids[1..], await Listed(""));
        Assert.Equal(ids, await Listed("?showArchived=true"));
        Assert.Equal(ids[1..3], await Listed("?pageSize=2"));
        Assert.Equal(ids[3..5], await Listed("?pageSize=2&page=2"));
        Assert.Equal(ids[4..6], await Listed($"?pageSize=2&startingAfter={ids[3]}"));
        Assert.Equal(ids[1..3], await Listed($"?pageSize=2&endingBefore={ids[3]}"));
        Assert.Equal([ids[2], ids[4], ids[6]], await Listed("?tenantId=even"));
        Assert.Equal([ids[3]], await Listed("?search=50%25%20OFF_"));
        Assert.Empty(await Listed("?search=50%25off"));
        Assert.Equal([ids[2]], await Listed("?search=KEY4"));
        Assert.Empty(await Listed("?domain=other.example"));
        Assert.Equal("6", (await server.GetAsync("/links/count")).Text);
        Assert.Equal("7", (await server.GetAsync("/links/count?showArchived=true&withTags=false")).Text);
        Assert.Equal("""[{"domain":"go.example.com","_count":6}]""", (await server.GetAsync("/links/count?groupBy=domain")).Text);

        async Task<string[]> Listed(string query) =>
            [.. (await server.GetAsync("/links" + query)).Ok().EnumerateArray().Select(link => link.GetProperty("id").GetString()!)];
    }

    [EngineTheory]
    [InlineData("/links?page=0")]
    [InlineData("/links?page=x")]
    [InlineData("/links?pageSize=101")]
    [InlineData("/links?showArchived=maybe")]
    [InlineData("/links?startingAfter=nonsense")]
    [InlineData("/links?startingAfter=link_0000000000001&endingBefore=link_0000000000001")]
    [InlineData("/links?tagIds=a,b")]
    [InlineData("/links?folderId=f")]
    [InlineData("/links/count?groupBy=tagId")]
    [InlineData("/links/info")]
    [InlineData("/links/info?domain=go.example.com")]
    public async Task Queries_that_mean_nothing_here_are_refused(string path)
    {
        await using var server = await StartAsync();
        var message = (await server.GetAsync(path)).Refused(422, "unprocessable_entity");
        Assert.Matches("^[a-zA-Z]+: ", message);
    }

    [EngineFact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var server = await StartAsync();
        var gone = await server.HasLinkAsync("gone");
        Assert.Equal(gone, (await server.DeleteAsync("/links/" + gone)).Ok().GetProperty("id").GetString());
        foreach (var id in new[] { gone, "link_nonsense", "ext_none", "link_0000000000001" })
        {
            (await server.GetAsync("/links/info?linkId=" + id)).Refused(404, "not_found");
            (await server.PatchAsync("/links/" + id, new { })).Refused(404, "not_found");
            (await server.DeleteAsync("/links/" + id)).Refused(404, "not_found");
        }

        (await server.GetAsync("/links/info?key=gone")).Refused(404, "not_found");
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);
    }

    [EngineFact]
    public async Task An_external_id_belongs_to_one_link()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("a", new { externalId = "e" });
        var other = await server.HasLinkAsync("b");
        (await server.PostAsync("/links", new { url = "https://a.example/", externalId = "e" })).Refused(409, "conflict");
        (await server.PatchAsync("/links/" + other, new { externalId = "e" })).Refused(409, "conflict");
        (await server.PatchAsync("/links/ext_e", new { externalId = (string?)null })).Ok();
        (await server.PatchAsync("/links/" + other, new { externalId = "e" })).Ok();
    }
}

public sealed class LinksApiTestsOnSqlite : LinksApiTests;

[OnPostgres]
public sealed class LinksApiTestsOnPostgres : LinksApiTests;
