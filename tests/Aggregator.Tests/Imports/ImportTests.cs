using System.Text;
using System.Text.Json;
using LinkTracker.Aggregator.Imports;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.DependencyInjection;
using static LinkTracker.Aggregator.Tests.Imports.ImportCalls;

namespace LinkTracker.Aggregator.Tests.Imports;

public abstract class ImportTests : EngineTests
{
    [EngineFact]
    public async Task Csv_with_every_column_becomes_links()
    {
        await using var server = await StartAsync();
        var partner = (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok().GetProperty("id").GetString();
        var done = await ImportAsync(server, "text/csv; charset=utf-8", $""""
            url,key,title,trackConversion,redirectStatus,queryPolicy,expiresAt,partnerId,externalId,utm_source,disabled,channel
            https://a.example/,Abc,"two
            lines, ""quoted""",TRUE,301,none,2030-01-01,{partner},e1,mail,false,c

            https://b.example/,aBC,,,,,,,,,,
            https://c.example/,,ünï,,,,,,,,true,

            """", bom: true);
        Assert.Equal(("done", 3L, 3L, "[]"), done);

        var first = (await server.GetAsync("/links/info?key=Abc")).Ok();
        Assert.Equal(
            ("https://a.example/?utm_source=mail", "two\nlines, \"quoted\"", true, 301, "none", "2030-01-01T00:00:00.000Z", partner, "e1", "c"),
            (Text("url"), Text("title"), first.GetProperty("trackConversion").GetBoolean(), first.GetProperty("redirectStatus").GetInt32(), Text("queryPolicy"), Text("expiresAt"), Text("partnerId"), Text("externalId"), Text("channel")));

        // Codes that differ in case only live side by side after an import.
        Assert.Equal("https://b.example/", (await server.GetAsync("/links/info?key=aBC")).Ok().GetProperty("url").GetString());
        Assert.Matches("^[2-9a-z]{7}$", (await server.GetAsync("/links?search=c.example")).Ok()[0].GetProperty("key").GetString());
        Assert.Equal(3, (await server.GetAsync("/stats")).Ok().GetProperty("links").GetProperty("live").GetInt64());

        string? Text(string name) => first.GetProperty(name).GetString();
    }

    [EngineFact]
    public async Task Json_lines_become_links_and_free_places_are_taken_again()
    {
        await using var server = await StartAsync();
        (await server.DeleteAsync("/links/" + await server.HasLinkAsync("again"))).Ok();
        var done = await ImportAsync(server, "application/x-ndjson", """
            {"url":"https://a.example/","key":"again","trackConversion":true}

            {"url":"https://b.example/","title":null}
            """, bom: true);
        Assert.Equal(("done", 2L, 2L, "[]"), done);
        Assert.Equal("https://a.example/", (await server.GetAsync("/links/info?key=again")).Ok().GetProperty("url").GetString());
    }

    [EngineFact]
    public async Task Csv_may_end_its_lines_as_Windows_does_and_quote_its_header()
    {
        await using var server = await StartAsync();
        var done = await ImportAsync(server, "text/csv", "\"url\",\"key\",\"title\"\r\nhttps://a.example/,one,\"a, b\"\r\nhttps://b.example/,two,\r\n", bom: true);
        Assert.Equal(("done", 2L, 2L, "[]"), done);
        Assert.Equal("a, b", (await server.GetAsync("/links/info?key=one")).Ok().GetProperty("title").GetString());
        Assert.Equal("https://b.example/", (await server.GetAsync("/links/info?key=two")).Ok().GetProperty("url").GetString());
    }

    [EngineFact]
    public async Task Every_wrong_row_is_named_with_its_reason_and_nothing_is_taken()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("taken", new { externalId = "e" });
        var (status, rows, imported, errors) = await ImportAsync(server, "text/csv", """
            url,key,externalId,redirectStatus,archived
            https://a.example/,good,,,
            javascript:alert(1),a,,,
            https://a.example/,taken,,,
            https://a.example/,good,,,
            https://a.example/,b,e,,
            https://a.example/,c,f,,
            https://a.example/,d,f,,
            https://a.example/,e,,200,
            https://a.example/,f,,x,
            https://a.example/,g,,,ja
            https://a.example/,h
            ,i,,,
            https://a.example/,a b,,,
            """);
        Assert.Equal(("failed", 13L, 0L), (status, rows, imported));
        var named = JsonSerializer.Deserialize<JsonElement[]>(errors)!.Select(error => (error.GetProperty("row").GetInt64(), error.GetProperty("reason").GetString()!)).ToList();
        Assert.Equal([3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14], named.Select(error => error.Item1));
        Assert.Equal(
            ["url", "key", "key", "externalId", "externalId", "redirectStatus", "redirectStatus", "archived", "has 2 cells, the header has 5.", "url", "key"],
            named.Select(error => error.Item2.Split(':')[0]));
        Assert.Equal("1", (await server.GetAsync("/links/count")).Text);
    }

    // By name: the test framework would copy megabytes of arguments into the names of the tests.
    private static readonly Dictionary<string, (string MediaType, Func<byte[]> Upload, long Row)> Broken = new()
    {
        ["empty"] = ("text/csv", () => [], 1),
        ["unknown_column"] = ("text/csv", () => "url,nonsense\nhttps://a.example/,x\n"u8.ToArray(), 1),
        ["column_twice"] = ("text/csv", () => "url,key,key\nhttps://a.example/,x,y\n"u8.ToArray(), 1),
        ["no_url_column"] = ("text/csv", () => "key\nx\n"u8.ToArray(), 1),
        ["nul"] = ("text/csv", () => "url\nhttps://a.example/\nhttps://a.exa\0mple/\n"u8.ToArray(), 3),
        ["not_utf8"] = ("text/csv", () => [.. "url,title\nhttps://a.example/,"u8, 0xFF, 0xFE, (byte)'\n'], 2),
        ["quote_never_closed"] = ("text/csv", () => "url,title\nhttps://a.example/,\"never closed\n"u8.ToArray(), 2),
        ["stray_quote"] = ("text/csv", () => "url,title\nhttps://a.example/,x\"y\n"u8.ToArray(), 2),
        ["row_of_10_MB"] = ("text/csv", () => [.. "url,title\nhttps://a.example/,x\nhttps://a.example/,"u8, .. Enumerable.Repeat((byte)'x', 10_000_000)], 3),
        ["quoted_cell_of_10_MB"] = ("text/csv", () => [.. "url,title\nhttps://a.example/,\""u8, .. Enumerable.Repeat("x\n"u8.ToArray(), 5_000_000).SelectMany(b => b)], 2),
        ["row_of_10_MB_of_commas"] = ("text/csv", () => [.. "url\n"u8, .. Enumerable.Repeat((byte)',', 10_000_000)], 2),
        ["broken_json"] = ("application/jsonl", () => "{\"url\":\"https://a.example/\"}\n{\"url\":\n"u8.ToArray(), 2),
        ["array"] = ("application/jsonl", () => "[]\n"u8.ToArray(), 1),
        ["wrong_type"] = ("application/jsonl", () => "{\"url\":5}\n"u8.ToArray(), 1),
        ["unknown_field"] = ("application/jsonl", () => "{\"url\":\"https://a.example/\",\"nonsense\":1}\n"u8.ToArray(), 1),
        ["unsupported_field"] = ("application/jsonl", () => "{\"url\":\"https://a.example/\",\"keyLength\":9}\n"u8.ToArray(), 1),
        ["no_url"] = ("application/jsonl", () => "{\"key\":\"x\"}\n"u8.ToArray(), 1),
        ["json_nul"] = ("application/jsonl", () => "{\"url\":\"https://a.example/\"}\0\n"u8.ToArray(), 1),
        ["json_not_utf8"] = ("application/jsonl", () => [.. "{\"url\":\"https://a.example/\",\"title\":\""u8, 0xFF, .. "\"}\n"u8], 1),
        ["deep_json"] = ("application/jsonl", () => Encoding.UTF8.GetBytes("{\"url\":" + new string('[', 100_000)), 1),
        ["line_of_10_MB"] = ("application/jsonl", () => [.. "{}\n{\"url\":\""u8, .. Enumerable.Repeat((byte)'x', 10_000_000)], 2),
    };

    public static TheoryData<string> BrokenUploads => [.. Broken.Keys];

    [EngineTheory]
    [MemberData(nameof(BrokenUploads))]
    public async Task A_broken_upload_fails_with_the_row_where_it_breaks(string what)
    {
        var (mediaType, upload, row) = Broken[what];
        await using var server = await StartAsync();
        var (status, _, imported, errors) = await ImportAsync(server, mediaType, upload());
        Assert.Equal(("failed", 0L), (status, imported));
        var last = JsonSerializer.Deserialize<JsonElement[]>(errors)![^1];
        Assert.Equal(row, last.GetProperty("row").GetInt64());
        Assert.NotEmpty(last.GetProperty("reason").GetString()!);
        Assert.Equal("0", (await server.GetAsync("/links/count")).Text);
        await UploadsAreGoneAsync(server);
    }

    [EngineFact]
    public async Task No_more_than_a_hundred_errors_are_kept()
    {
        await using var server = await StartAsync();
        var (status, rows, _, errors) = await ImportAsync(server, "text/csv", "url\n" + string.Concat(Enumerable.Repeat("nonsense\n", 500)));
        Assert.Equal(("failed", 100L, 100), (status, rows, JsonSerializer.Deserialize<JsonElement[]>(errors)!.Length));
    }

    [EngineFact]
    public async Task What_waits_in_the_queue_at_a_stop_is_done_after_the_start_and_a_cut_off_upload_is_told()
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-").FullName;
        try
        {
            await using (var server = await StartAsync(folder))
            {
                // Its worker is at rest: it would take up what is queued.
                await server.App.StopAsync();

                // As a kill leaves them: rows of every state that is not an end, with their uploads or without, and what was staged.
                server.Database.Write(session => Enumerable.Range(1, 5).Sum(i => session.Execute(
                    "INSERT INTO imports VALUES (@i, @folder, 'csv', @status, @bytes, 7, 7, '[]', 0, 0)",
                    new { i, folder = server.App.Services.GetRequiredService<UploadFolder>().Id, status = new[] { "queued", "validating", "importing", "queued", "queued" }[i - 1], bytes = i == 5 ? 99 : 27 })));
                server.Database.Write(session => session.Execute("INSERT INTO staged_links VALUES (1, 3, 'go.example.com', 'ke3', 'ke3', NULL, '{}')"));
            }

            foreach (var i in new[] { 1, 2, 3, 5 })
            {
                File.WriteAllText(Path.Combine(folder, "imports", $"imp_000000000000{i}.csv"), $"url,key\nhttps://a.ex/x,ke{i}\n");
            }

            File.WriteAllText(Path.Combine(folder, "imports", "imp_0000000000009.csv.part"), "url");
            File.WriteAllText(Path.Combine(folder, "imports", "imp_0000000000008.csv"), "url");
            await using (var server = await StartAsync(folder))
            {
                foreach (var i in new[] { 1, 2, 3 })
                {
                    Assert.Equal(("done", 1L, 1L, "[]"), await EndOfAsync(server, "imp_000000000000" + i));
                    (await server.GetAsync($"/links/info?key=ke{i}")).Ok();
                }

                foreach (var i in new[] { 4, 5 })
                {
                    var (status, _, imported, errors) = await EndOfAsync(server, "imp_000000000000" + i);
                    Assert.Equal(("failed", 0L), (status, imported));
                    Assert.Contains("send it again", errors, StringComparison.Ordinal);
                }

                Assert.Equal("3", (await server.GetAsync("/links/count")).Text);
                Assert.Equal(0, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM staged_links")));
                await UploadsAreGoneAsync(server);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [EngineFact]
    public async Task Other_media_types_and_unknown_imports_are_refused()
    {
        await using var server = await StartAsync();
        (await server.SendAsync(HttpMethod.Post, "/links/import", "{}")).Refused(415, "unsupported_media_type");
        (await server.GetAsync("/links/import/imp_nonsense")).Refused(404, "not_found");
        (await server.GetAsync("/links/import/imp_0000000000001")).Refused(404, "not_found");
    }

    [EngineFact]
    public async Task An_upload_far_over_the_limit_of_other_bodies_loads()
    {
        await using var server = await StartAsync();
        var upload = new StringBuilder("url,key\n");
        for (var i = 0; i < 50_000; i++)
        {
            upload.Append("https://shop.example.com/a/page/with/a/name?id=").Append(i).Append(",code").Append(i).Append('\n');
        }

        Assert.Equal(("done", 50_000L, 50_000L, "[]"), await ImportAsync(server, "text/csv", upload.ToString()));
        Assert.Equal("50000", (await server.GetAsync("/links/count")).Text);
        Assert.EndsWith("id=49999", (await server.GetAsync("/links/info?key=code49999")).Ok().GetProperty("url").GetString(), StringComparison.Ordinal);
    }
}

public sealed class ImportTestsOnSqlite : ImportTests;

[OnPostgres]
public sealed class ImportTestsOnPostgres : ImportTests;
