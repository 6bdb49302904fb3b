using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Tests.Links;

public sealed class LinksFileTests : IDisposable
{
    private const string Good = """{"key": "spring", "url": "https://shop.example.com/"}""";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"links-{Guid.NewGuid():N}.jsonl");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Every_field_is_read()
    {
        var link = Assert.Single(await ReadAsync(
            """{"domain": "Links.Example.org", "key": "a/B", "url": "https://shop.example.com/ä", "trackConversion": true, "expiresAt": "2027-01-31T00:00:00+01:00", "disabled": true, "redirectStatus": 307, "queryPolicy": "override", "expiredUrl": "https://shop.example.com/over", "channel": "mail"}"""));

        Assert.Equal(("links.example.org", "a/B", "https://shop.example.com/%C3%A4"), (link.Domain, link.Key, link.Url));
        Assert.Equal((true, true, 307, QueryPolicy.Override), (link.TrackConversion, link.Disabled, link.RedirectStatus, link.QueryPolicy));
        Assert.Equal(new DateTimeOffset(2027, 1, 30, 23, 0, 0, TimeSpan.Zero), link.ExpiresAt);
        Assert.Equal(("https://shop.example.com/over", "mail"), (link.ExpiredUrl, link.Channel));
    }

    [Fact]
    public async Task What_is_left_out_has_its_default()
    {
        var link = Assert.Single(await ReadAsync(Good, "", "   "));

        Assert.Equal(("go.example.com", 302, QueryPolicy.Keep), (link.Domain, link.RedirectStatus, link.QueryPolicy));
        Assert.Equal((false, false, null, null, null), (link.TrackConversion, link.Disabled, link.ExpiresAt, link.ExpiredUrl, link.Channel));
    }

    [Fact]
    public async Task A_link_keeps_its_id_wherever_its_line_stands()
    {
        var first = await ReadAsync(Good, """{"key": "other", "url": "https://shop.example.com/"}""");
        var second = await ReadAsync("""{"key": "other", "url": "https://new.example.com/"}""", Good);

        Assert.Equal(first[0].Id, second[1].Id);
        Assert.Equal(first[1].Id, second[0].Id);
        Assert.True(first[0].Id > 0 && first[0].Id != first[1].Id);
    }

    [Fact]
    public async Task Many_lines_come_in_batches_and_the_last_says_so()
    {
        await File.WriteAllLinesAsync(_path, Enumerable.Range(0, 2_500).Select(i => $$"""{"key": "k{{i}}", "url": "https://shop.example.com/{{i}}"}"""));

        var batches = await BatchesAsync();

        Assert.Equal([false, false, true], batches.Select(b => b.CaughtUp));
        Assert.Equal(2_500, batches.Sum(b => b.Changes.Count));
        Assert.Equal(2_500, batches[^1].Changes[^1].Version);
        Assert.Equal(500, (await BatchesAsync(afterVersion: 2_000)).Sum(b => b.Changes.Count));
    }

    [Theory]
    [InlineData("Links.Example.org:80", "links.example.org")]
    [InlineData("links.example.org:443", "links.example.org")]
    [InlineData("links.example.org.", "links.example.org")]
    [InlineData("links.example.org.:8080", "links.example.org:8080")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("[2001:DB8:0::1]:8080", "[2001:db8::1]:8080")]
    public async Task A_domain_is_kept_in_the_form_in_which_hosts_are_looked_up(string domain, string host)
    {
        var link = Assert.Single(await ReadAsync($$"""{"domain": "{{domain}}", "key": "k", "url": "https://shop.example.com/"}"""));

        Assert.Equal(host, link.Domain);
    }

    [Theory]
    [InlineData("2027-01-31")]
    [InlineData("2027-01-31T00:00")]
    [InlineData("2027-01-31T01:00:00.000+01:00")]
    public async Task A_time_is_read_in_each_form_that_the_API_takes(string time)
    {
        var link = Assert.Single(await ReadAsync($$"""{"key": "k", "url": "https://shop.example.com/", "expiresAt": "{{time}}"}"""));

        Assert.Equal(new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero), link.ExpiresAt);
    }

    [Theory]
    [InlineData("https://c.example/x")]
    [InlineData("http://c.example:443/x")]
    [InlineData("http://c.example:18080/x")]
    public async Task A_target_on_a_domain_of_the_file_is_refused_wherever_the_domain_stands(string url)
    {
        var loop = $$"""{"key": "loop", "url": "{{url}}"}""";
        const string domain = """{"domain": "c.example", "key": "k", "url": "https://shop.example.com/"}""";
        var before = await Assert.ThrowsAsync<SettingsException>(() => ReadAsync(Good, loop, domain));
        var behind = await Assert.ThrowsAsync<SettingsException>(() => ReadAsync(domain, loop));

        Assert.StartsWith("Edge__LinksFile, line 2 of ", before.Message, StringComparison.Ordinal);
        Assert.Contains("is on a domain of this file", before.Message, StringComparison.Ordinal);
        Assert.Equal(before.Message, behind.Message);
    }

    [Fact]
    public async Task A_target_on_another_port_of_a_domains_host_is_none_of_ours()
    {
        var links = await ReadAsync(
            """{"domain": "c.example", "key": "k", "url": "https://c.example:9000/"}""",
            """{"key": "k", "url": "https://go.example.com:9000/"}""");

        Assert.Equal(["https://c.example:9000/", "https://go.example.com:9000/"], links.Select(link => link.Url));
    }

    [Theory]
    [InlineData("""{"key": "spring", "url": """, "is not JSON")]
    [InlineData("""[1]""", "one JSON object")]
    [InlineData("""{"key": "spring"}""", "'url'")]
    [InlineData("""{"url": "https://shop.example.com/"}""", "'key'")]
    [InlineData("""{"key": 7, "url": "https://shop.example.com/"}""", "'key' must be a text")]
    [InlineData("""{"key": "a b", "url": "https://shop.example.com/"}""", "'key'")]
    [InlineData("""{"key": "\ud800", "url": "https://shop.example.com/"}""", "surrogate")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "\ud800": 1}""", "surrogate")]
    [InlineData("""{"key": "k", "url": "javascript:alert(1)"}""", "'url'")]
    [InlineData("""{"key": "k", "url": "http://go.example.com/k"}""", "'url'")]
    [InlineData("""{"key": "k", "url": "http://127.0.0.1:18080/k"}""", "'url'")]
    [InlineData("""{"key": "k", "url": "http://go.example.com:18080/k"}""", "'url'")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "expiredUrl": "x"}""", "'expiredUrl'")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "expiredUrl": "http://c.example/k", "domain": "c.example"}""", "domain of this file")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "URL": "https://b.example/"}""", "'URL' is not known")]
    [InlineData("""{"key": "k", "key": "l", "url": "https://a.example/"}""", "'key' stands there twice")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "trackConversion": "yes"}""", "'trackConversion' must be true or false")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "expiresAt": "soon"}""", "'expiresAt' must be an ISO 8601 time")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "expiresAt": "12:00"}""", "'expiresAt' must be an ISO 8601 time")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "expiresAt": "1/2"}""", "'expiresAt' must be an ISO 8601 time")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "redirectStatus": 200}""", "'redirectStatus' must be 301")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "redirectStatus": "302"}""", "'redirectStatus' must be 301")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "queryPolicy": "merge"}""", "'queryPolicy' must be")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "channel": "E Mail"}""", "'channel' must be")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "domain": "a/b"}""", "'domain' must be a host")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "domain": "a?"}""", "'domain' must be a host")]
    [InlineData("""{"key": "k", "url": "https://a.example/", "domain": ""}""", "'domain' must be a host")]
    [InlineData("""{"key": "spring", "url": "https://b.example/"}""", "'key' spring was used before")]
    public async Task A_wrong_line_is_named_with_its_number_and_what_to_change(string line, string reason)
    {
        var wrong = await Assert.ThrowsAsync<SettingsException>(() => ReadAsync(Good, "", line));

        Assert.StartsWith("Edge__LinksFile, line 3 of ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(reason, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_refused()
    {
        await File.WriteAllBytesAsync(_path, [.. "{\"key\": \"k"u8, 0xFF, .. "\", \"url\": \"https://a.example/\"}"u8]);

        var wrong = await Assert.ThrowsAsync<SettingsException>(() => BatchesAsync());

        Assert.Contains("not UTF-8", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var wrong = await Assert.ThrowsAsync<SettingsException>(() => BatchesAsync());

        Assert.StartsWith("Edge__LinksFile cannot be read", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(_path, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_told_from_a_file_that_must_not_be_read()
    {
        var folder = Directory.CreateTempSubdirectory("links-").FullName;
        var wrong = await Assert.ThrowsAsync<SettingsException>(() => BatchesAsync(path: folder));
        Directory.Delete(folder);

        Assert.Equal($"Edge__LinksFile cannot be read: {folder} is a folder, name a file in it.", wrong.Message);
    }

    [Fact]
    public async Task What_was_read_holds_for_the_same_bytes_under_the_same_settings_only()
    {
        await File.WriteAllLinesAsync(_path, [Good, "", """{"key": "other", "url": "https://shop.example.com/"}"""]);
        var file = FileAt(_path);
        Assert.Null(file.Name);
        var last = (await BatchesAsync(file))[^1].Changes[^1].Version;
        var point = new LinkPoint(file.Name!, last);
        File.SetLastWriteTimeUtc(_path, DateTime.UnixEpoch);

        var same = FileAt(_path);
        Assert.True(await same.HoldsAsync(point, CancellationToken.None));
        Assert.Equal(point.Source, same.Name);
        var batch = Assert.Single(await BatchesAsync(same, last));
        Assert.Equal((0, true), (batch.Changes.Count, batch.CaughtUp));

        // Whoever holds a copy may find that it is damaged.
        var asked = FileAt(_path);
        Assert.True(await asked.HoldsAsync(point, CancellationToken.None));
        Assert.Equal(2, (await BatchesAsync(asked)).Sum(b => b.Changes.Count));

        var other = new Settings { ShortUrl = new Uri("https://shop.example.com"), EdgeUrl = new Uri("http://127.0.0.1:18080") };
        Assert.False(await new LinksFile(_path, other).HoldsAsync(point, CancellationToken.None));
        await File.WriteAllTextAsync(_path, (await File.ReadAllTextAsync(_path)).Replace("other", "Other", StringComparison.Ordinal));
        var changed = FileAt(_path);
        Assert.False(await changed.HoldsAsync(point, CancellationToken.None));
        Assert.Equal(2, (await BatchesAsync(changed)).Sum(b => b.Changes.Count));
        File.Delete(_path);
        Assert.False(await FileAt(_path).HoldsAsync(point, CancellationToken.None));
    }

    private async Task<List<LinkState>> ReadAsync(params string[] lines)
    {
        await File.WriteAllLinesAsync(_path, lines);
        return [.. (await BatchesAsync()).SelectMany(b => b.Changes).Select(c => c.Link!)];
    }

    private static LinksFile FileAt(string path) =>
        new(path, new Settings { ShortUrl = new Uri("https://go.example.com"), EdgeUrl = new Uri("http://127.0.0.1:18080") });

    private Task<List<LinkBatch>> BatchesAsync(long afterVersion = 0, string? path = null) => BatchesAsync(FileAt(path ?? _path), afterVersion);

    private static async Task<List<LinkBatch>> BatchesAsync(LinksFile file, long afterVersion = 0)
    {
        var batches = new List<LinkBatch>();
        using var enough = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var batch in file.ReadAsync(afterVersion, enough.Token))
            {
                batches.Add(batch);
            }
        });

        // The source never ends; the file says when it has been read, or what is wrong with it.
        await Task.WhenAny(file.Whole, reading);
        await enough.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await file.Whole;
        return batches;
    }
}
