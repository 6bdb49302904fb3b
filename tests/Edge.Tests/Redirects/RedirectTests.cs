using System.Net;
using System.Text;
using System.Text.Json;
using System.Web;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Links;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LinkTracker.Edge.Tests.Redirects;

/// <summary>What a visitor sees, whichever way the request takes through the Edge.</summary>
public abstract class RedirectTests(bool fastLane) : IAsyncLifetime
{
    private EdgeProbe _edge = null!;

    public async Task InitializeAsync() => _edge = await StartAsync();

    public async Task DisposeAsync() => await _edge.DisposeAsync();

    [Fact]
    public async Task A_link_redirects_and_nobody_may_cache_or_index_it()
    {
        _ = await _edge.HasLinkAsync("spring");

        using var response = await _edge.GetAsync("/spring");

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal(EdgeProbe.Target, response.Headers.Location!.OriginalString);
        Assert.Equal("private, no-store", Assert.Single(response.Headers.NonValidated["Cache-Control"]));
        Assert.Equal("noindex", Assert.Single(response.Headers.NonValidated["X-Robots-Tag"]));
        Assert.Equal(0, response.Content.Headers.ContentLength);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_link_may_name_its_status(int status)
    {
        _ = await _edge.HasLinkAsync("spring", l => l with { RedirectStatus = status });

        using var response = await _edge.GetAsync("/spring");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("private, no-store", Assert.Single(response.Headers.NonValidated["Cache-Control"]));
    }

    [Theory]
    [InlineData(QueryPolicy.Keep, "?x=2&y=3&z", "https://shop.example.com/p?x=1&y=3&z#top")]
    [InlineData(QueryPolicy.Override, "?x=2&y=3&x=4", "https://shop.example.com/p?x=2&y=3&x=4#top")]
    [InlineData(QueryPolicy.None, "?x=2&y=3", EdgeProbe.Target)]
    [InlineData(QueryPolicy.Keep, "?", EdgeProbe.Target)]
    [InlineData(QueryPolicy.Keep, "?&&", EdgeProbe.Target)]
    [InlineData(QueryPolicy.Keep, "?ch=mail&qr=1&%63h=x&y=1", "https://shop.example.com/p?x=1&y=1#top")]
    [InlineData(QueryPolicy.Override, "?ch=mail&qr=1", EdgeProbe.Target)]
    [InlineData(QueryPolicy.Keep, "?u=https://evil.example/&v=%0d%0aX:%20y", "https://shop.example.com/p?x=1&u=https://evil.example/&v=%0d%0aX:%20y#top")]
    [InlineData(QueryPolicy.Keep, "?%78=9&X=2", "https://shop.example.com/p?x=1&X=2#top")]
    public async Task The_query_is_merged_by_the_policy_of_the_link(QueryPolicy policy, string query, string expected)
    {
        _ = await _edge.HasLinkAsync("spring", l => l with { QueryPolicy = policy });

        Assert.Equal(expected, await _edge.LocationAsync("/spring" + query));
    }

    [Fact]
    public async Task A_link_that_tracks_conversions_hands_on_a_token_that_verifies()
    {
        var link = await _edge.HasLinkAsync("spring", l => l with { TrackConversion = true, Url = "https://shop.example.com/?dub_id=old&a=b#f" });

        var location = new Uri(await _edge.LocationAsync("/spring?dub_id=forged&DUB_ID=forged&dub%5Fid=forged&c=d"));

        var query = HttpUtility.ParseQueryString(location.Query);
        Assert.Equal(("b", "d", "#f"), (query["a"], query["c"], location.Fragment));
        Assert.True(ClickToken.TryParse(query["dub_id"], out var token), location.Query);
        Assert.True(_edge.Keys.TryVerify(token, out _));
        Assert.Equal(link.Id, token.LinkId);
    }

    [Fact]
    public async Task A_token_is_added_whatever_the_policy_and_under_the_name_that_is_set()
    {
        await using var edge = await StartAsync(s => s with { TokenParameter = "ref" });
        _ = await edge.HasLinkAsync("spring", l => l with { TrackConversion = true, QueryPolicy = QueryPolicy.None, Url = "https://shop.example.com" });

        var location = await edge.LocationAsync("/spring?a=b");

        Assert.Matches("^https://shop\\.example\\.com\\?ref=[A-Za-z0-9_-]{32}$", location);
    }

    [Fact]
    public async Task Every_click_has_a_token_of_its_own()
    {
        _ = await _edge.HasLinkAsync("spring", l => l with { TrackConversion = true });

        var locations = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _edge.LocationAsync("/spring")));

        Assert.Equal(200, locations.Distinct().Count());
    }

    [Theory]
    [InlineData("/Spring-Sale", "Spring-Sale")]
    [InlineData("/SPRINGSALE", "Spring-Sale")]
    [InlineData("/a/b/c", "a/b/c")]
    [InlineData("/%D0%BA%D0%BB%D1%8E%D1%87", "ключ")]
    [InlineData("/%d0%ba%d0%bb%d1%8e%d1%87", "ключ")]
    [InlineData("/%73pring", "spring")]
    [InlineData("/x/../spring", "spring")]
    public async Task A_key_is_found_however_its_path_is_written(string path, string key)
    {
        _ = await _edge.HasLinkAsync(key);

        _ = await _edge.LocationAsync(path);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/unknown")]
    [InlineData("/a%2Fb")]
    [InlineData("/%zz")]
    [InlineData("/%c0%af")]
    [InlineData("/%ff")]
    [InlineData("/spring/")]
    public async Task What_is_no_link_is_a_small_page_that_loads_nothing(string path)
    {
        _ = await _edge.HasLinkAsync("spring");
        _ = await _edge.HasLinkAsync("a/b");

        using var response = await _edge.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.StartsWith("default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("private, no-store", Assert.Single(response.Headers.NonValidated["Cache-Control"]));
        Assert.Contains("This link does not exist", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_190_characters_is_found_and_a_longer_path_is_not()
    {
        var key = new string('ж', 190);
        _ = await _edge.HasLinkAsync(key);

        _ = await _edge.LocationAsync("/" + Uri.EscapeDataString(key));
        using var longer = await _edge.GetAsync("/" + new string('x', 5_000));
        Assert.Equal(HttpStatusCode.NotFound, longer.StatusCode);
    }

    [Fact]
    public async Task Unknown_deleted_and_disabled_links_cannot_be_told_apart()
    {
        _ = await _edge.HasLinkAsync("disabled", l => l with { Disabled = true });
        _ = await _edge.HasLinkAsync("deleted");
        await _edge.LosesLinkAsync("deleted");

        var answers = new List<string>();
        foreach (var path in new[] { "/unknown", "/disabled", "/deleted" })
        {
            using var response = await _edge.GetAsync(path);
            _ = response.Headers.Remove("Date");
            answers.Add($"{(int)response.StatusCode} {response.Headers} {response.Content.Headers} {await response.Content.ReadAsStringAsync()}");
        }

        Assert.Single(answers.Distinct());
        Assert.StartsWith("404", answers[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_is_served_and_so_is_a_switch_back_on()
    {
        _ = await _edge.HasLinkAsync("spring");
        _ = await _edge.HasLinkAsync("spring", l => l with { Url = "https://new.example.com/", Disabled = true });
        using (var off = await _edge.GetAsync("/spring"))
        {
            Assert.Equal(HttpStatusCode.NotFound, off.StatusCode);
        }

        _ = await _edge.HasLinkAsync("spring", l => l with { Url = "https://new.example.com/" });
        Assert.Equal("https://new.example.com/", await _edge.LocationAsync("/spring"));
    }

    [Fact]
    public async Task An_expired_link_is_gone_or_leads_to_its_own_page()
    {
        var past = DateTimeOffset.FromUnixTimeSeconds(1_000_000);
        _ = await _edge.HasLinkAsync("over", l => l with { ExpiresAt = past });
        _ = await _edge.HasLinkAsync("over-there", l => l with { ExpiresAt = past, ExpiredUrl = "https://shop.example.com/over", TrackConversion = true });
        _ = await _edge.HasLinkAsync("later", l => l with { ExpiresAt = new DateTimeOffset(2900, 1, 1, 0, 0, 0, TimeSpan.Zero) });

        using var gone = await _edge.GetAsync("/over");

        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        Assert.Contains("expired", await gone.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("https://shop.example.com/over", await _edge.LocationAsync("/over-there?a=b"));
        Assert.Equal(EdgeProbe.Target, await _edge.LocationAsync("/later"));
    }

    [Fact]
    public async Task Visitors_who_find_nothing_go_where_the_settings_say()
    {
        await using var edge = await StartAsync(s => s with
        {
            NotFoundUrl = new Uri("https://www.example.com/löst"),
            ExpiredUrl = new Uri("https://www.example.com/over"),
        });
        _ = await edge.HasLinkAsync("over", l => l with { ExpiresAt = DateTimeOffset.UnixEpoch });
        _ = await edge.HasLinkAsync("own", l => l with { ExpiresAt = DateTimeOffset.UnixEpoch, ExpiredUrl = "https://shop.example.com/own" });

        Assert.Equal("https://www.example.com/l%C3%B6st", await edge.LocationAsync("/unknown?a=b"));
        Assert.Equal("https://www.example.com/over", await edge.LocationAsync("/over"));
        Assert.Equal("https://shop.example.com/own", await edge.LocationAsync("/own"));
    }

    [Fact]
    public async Task A_fallback_that_would_loop_stops_the_start()
    {
        var wrong = await Assert.ThrowsAsync<SettingsException>(
            () => StartAsync(s => s with { NotFoundUrl = new Uri("http://go.example.com/lost") }));

        Assert.StartsWith("Edge__NotFoundUrl:", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/spring", 302)]
    [InlineData("/unknown", 404)]
    [InlineData("/over", 410)]
    [InlineData("/healthz", 200)]
    public async Task HEAD_gets_the_headers_of_GET_and_no_body(string path, int status)
    {
        _ = await _edge.HasLinkAsync("spring");
        _ = await _edge.HasLinkAsync("over", l => l with { ExpiresAt = DateTimeOffset.UnixEpoch });
        using var get = await _edge.GetAsync(path);

        using var head = await _edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(status, (int)head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.Select(h => h.Key).Order(), head.Headers.Select(h => h.Key).Order());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("BREW")]
    public async Task Any_other_method_is_not_allowed(string method)
    {
        _ = await _edge.HasLinkAsync("spring");

        using var response = await _edge.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/spring"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/robots.txt")]
    [InlineData("/favicon.ico")]
    public async Task What_browsers_and_crawlers_ask_for_by_themselves_is_a_404_without_a_page(string path)
    {
        using var response = await _edge.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Until_the_links_are_loaded_visitors_are_asked_to_come_back()
    {
        await using var edge = await StartAsync(isLoaded: false);
        _ = await edge.HasLinkAsync("spring");
        using (var early = await edge.GetAsync("/spring"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
            Assert.Equal("1", Assert.Single(early.Headers.GetValues("Retry-After")));
        }

        Assert.Equal(HttpStatusCode.OK, (await edge.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await edge.GetAsync("/readyz")).StatusCode);

        edge.Loads();
        await edge.UntilReadyAsync();
        await edge.UntilWarmAsync();
        Assert.Equal(HttpStatusCode.OK, (await edge.GetAsync("/readyz")).StatusCode);
        _ = await edge.LocationAsync("/spring");
    }

    [Fact]
    public async Task The_redirect_port_knows_no_route_of_the_process_it_shares()
    {
        await using var edge = await StartAsync(configure: app => app.MapGet("/links", () => Results.Text("secret")));

        using var response = await edge.GetAsync("/links");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task The_table_answers_by_the_host_that_was_asked_for()
    {
        _ = await _edge.HasLinkAsync("spring");
        _ = await _edge.HasLinkAsync("spring", l => l with { Domain = "links.example.org", Url = "https://other.example.com/" });

        using var other = await _edge.GetAsync("/spring", ("Host", "Links.Example.org:443"));
        using var stranger = await _edge.GetAsync("/spring", ("Host", "stranger.example"));

        Assert.Equal("https://other.example.com/", other.Headers.Location!.OriginalString);
        Assert.Equal(EdgeProbe.Target, stranger.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Figures_tell_how_requests_were_answered()
    {
        _ = await _edge.HasLinkAsync("spring");
        _ = await _edge.HasLinkAsync("over", l => l with { ExpiresAt = DateTimeOffset.UnixEpoch });
        foreach (var path in new[] { "/spring", "/spring", "/over", "/unknown", "/healthz" })
        {
            (await _edge.GetAsync(path)).Dispose();
        }

        (await _edge.Client.PostAsync(new Uri("/spring", UriKind.Relative), null)).Dispose();

        var section = _edge.Service<IEnumerable<IStatsSection>>().Single(s => s.Name == "redirects");
        var figures = JsonSerializer.SerializeToElement(section.Read());
        Assert.Equal(
            (2, 1, 1, 1, 2, true),
            (figures.GetProperty("redirected").GetInt32(), figures.GetProperty("expired").GetInt32(), figures.GetProperty("notFound").GetInt32(),
                figures.GetProperty("refused").GetInt32(), figures.GetProperty("links").GetInt32(), figures.GetProperty("linksLoaded").GetBoolean()));
    }

    [Fact]
    public async Task A_long_target_and_a_long_query_fit()
    {
        var url = "https://shop.example.com/" + new string('p', 7_900);
        _ = await _edge.HasLinkAsync("spring", l => l with { Url = url, TrackConversion = true });
        var query = "a=" + new string('"', 6_000);

        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(_edge.Address.Host, _edge.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /spring?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var answer = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 302", answer, StringComparison.Ordinal);
        Assert.Contains($"Location: {url}?a={string.Concat(Enumerable.Repeat("%22", 6_000))}&dub_id=", answer, StringComparison.Ordinal);
    }

    private Task<EdgeProbe> StartAsync(Func<Settings, Settings>? change = null, bool isLoaded = true, Action<WebApplication>? configure = null) =>
        EdgeProbe.StartAsync(s => (change?.Invoke(s) ?? s) with { FastLane = fastLane }, isLoaded, configure);

    public sealed class ByTheFastLane() : RedirectTests(fastLane: true);

    public sealed class ByTheHttpPipeline() : RedirectTests(fastLane: false);
}
