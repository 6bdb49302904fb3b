using System.Text.Json;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Links;

public abstract class BulkLinksTests : EngineTests
{
    [EngineFact]
    public async Task Good_items_become_links_and_bad_ones_tell_their_error_in_their_place()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("taken");
        var items = (await server.PostAsync("/links/bulk", new object[]
        {
            new { url = "https://a.example/", key = "a" },
            new { url = "https://b.example/", key = "taken" },
            new { url = "nonsense" },
            new { url = "https://d.example/" },
        })).Ok();
        Assert.Equal(4, items.GetArrayLength());
        Assert.Equal("a", items[0].GetProperty("key").GetString());
        Assert.Equal("conflict", items[1].GetProperty("code").GetString());
        Assert.Equal("taken", items[1].GetProperty("link").GetProperty("key").GetString());
        Assert.Equal("unprocessable_entity", items[2].GetProperty("code").GetString());
        Assert.StartsWith("url: ", items[2].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("link_", items[3].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("3", (await server.GetAsync("/links/count")).Text);
    }

    [EngineFact]
    public async Task Repeated_keys_too_many_items_and_wrong_shapes_refuse_the_whole_request()
    {
        await using var server = await StartAsync();
        var a = new { url = "https://a.example/", key = "a" };
        (await server.PostAsync("/links/bulk", new[] { a, a })).Refused(400, "bad_request");
        (await server.PostAsync("/links/bulk", Enumerable.Range(0, 101).Select(i => new { url = "https://a.example/" + i }))).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/links/bulk", Array.Empty<object>())).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/links/bulk", a)).Refused(422, "unprocessable_entity");
        Assert.StartsWith("Item 1 ", (await server.SendAsync(HttpMethod.Post, "/links/bulk", """[{"url":"https://a.example/"},5]""")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);
    }

    [EngineFact]
    public async Task One_change_goes_to_all_links_named_or_to_none()
    {
        await using var server = await StartAsync();
        var a = await server.HasLinkAsync("a", new { externalId = "e" });
        var b = await server.HasLinkAsync("b");
        var changed = (await server.PatchAsync("/links/bulk", new { linkIds = new[] { b, b }, externalIds = new[] { "e" }, data = new { archived = true } })).Ok();
        Assert.Equal([b, a], changed.EnumerateArray().Select(link => link.GetProperty("id").GetString()!));
        Assert.All(changed.EnumerateArray(), link => Assert.True(link.GetProperty("archived").GetBoolean()));

        (await server.PatchAsync("/links/bulk", new { linkIds = new[] { a, "link_none" }, data = new { title = "new" } })).Refused(404, "not_found");
        Assert.Equal(JsonValueKind.Null, (await server.GetAsync("/links/info?linkId=" + a)).Ok().GetProperty("title").ValueKind);
        (await server.PatchAsync("/links/bulk", new { linkIds = new[] { a }, data = new { key = "x" } })).Refused(422, "unprocessable_entity");
        (await server.PatchAsync("/links/bulk", new { linkIds = new[] { a } })).Refused(422, "unprocessable_entity");
        (await server.PatchAsync("/links/bulk", new { data = new { title = "x" } })).Refused(422, "unprocessable_entity");
        foreach (var field in new[] { "linkIds", "externalIds" })
        {
            var body = new Dictionary<string, object?> { [field] = new string?[] { null }, ["data"] = new { title = "x" } };
            Assert.StartsWith(field + ": must be an array of strings", (await server.PatchAsync("/links/bulk", body)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        }

        Assert.StartsWith("linkIds: must be an array", (await server.PatchAsync("/links/bulk", new { linkIds = a, data = new { } })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Deleting_counts_what_was_there()
    {
        await using var server = await StartAsync();
        var a = await server.HasLinkAsync("a");
        var b = await server.HasLinkAsync("b");
        Assert.Equal(2, (await server.DeleteAsync($"/links/bulk?linkIds={a}%2C{b},{a},link_none")).Ok().GetProperty("deletedCount").GetInt64());
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);
        (await server.DeleteAsync("/links/bulk")).Refused(422, "unprocessable_entity");
    }
}

public sealed class BulkLinksTestsOnSqlite : BulkLinksTests;

[OnPostgres]
public sealed class BulkLinksTestsOnPostgres : BulkLinksTests;
