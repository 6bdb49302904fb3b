using System.Net;
using System.Text;
using System.Web;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Tests.Redirects;

/// <summary>What is recorded of a click, whichever way the request takes through the Edge.</summary>
public abstract class ClickRecordingTests(bool fastLane) : IAsyncLifetime
{
    private EdgeProbe _edge = null!;

    public async Task InitializeAsync() => _edge = await EdgeProbe.StartAsync(
        s => s with { FastLane = fastLane, CountryHeader = "CF-IPCountry", AddressHeader = "X-Forwarded-For" });

    public async Task DisposeAsync() => await _edge.DisposeAsync();

    [Fact]
    public async Task A_click_holds_what_the_request_said_and_the_token_that_was_handed_on()
    {
        var link = await _edge.HasLinkAsync("spring", l => l with { TrackConversion = true });
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        using var response = await _edge.GetAsync(
            "/spring?ch=E-Mail_1",
            ("User-Agent", "Browser/1 ä"),
            ("Referer", "https://User:pw@News.example.com:8443/private/page?id=7"),
            ("Accept-Language", "de-AT, de;q=0.9"),
            ("CF-IPCountry", "at"));

        var click = Read(Assert.Single(await _edge.ClicksAsync(1)));
        var handedOn = HttpUtility.ParseQueryString(response.Headers.Location!.Query)["dub_id"];
        Assert.Equal(handedOn, click.Token);
        Assert.Equal(link.Id, click.LinkId);
        Assert.Equal(("Browser/1 ä", "https://news.example.com:8443", "de-AT", "AT", "e-mail_1"), (click.UserAgent, click.Referrer, click.Language, click.Country, click.Channel));
        Assert.Equal((ClickMethod.Get, ClickHints.None), (click.Method, click.Hints));
        Assert.InRange(click.OccurredAtMs, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.True(ClickToken.TryParse(click.Token, out var token) && _edge.Keys.TryVerify(token, out var identity) && identity.OccurredAtMs == click.OccurredAtMs);
    }

    [Fact]
    public async Task A_click_has_a_token_even_when_none_is_handed_on()
    {
        _ = await _edge.HasLinkAsync("spring");

        _ = await _edge.LocationAsync("/spring");

        var click = Read(Assert.Single(await _edge.ClicksAsync(1)));
        Assert.True(ClickToken.TryParse(click.Token, out var token) && _edge.Keys.TryVerify(token, out _));
        Assert.Equal(("", "", "", "", ""), (click.UserAgent, click.Referrer, click.Language, click.Country, click.Channel));
    }

    [Fact]
    public async Task HEAD_is_recorded_as_such_and_misses_are_not_recorded()
    {
        _ = await _edge.HasLinkAsync("spring");
        _ = await _edge.HasLinkAsync("over", l => l with { ExpiresAt = DateTimeOffset.UnixEpoch, ExpiredUrl = "https://shop.example.com/over" });
        _ = await _edge.HasLinkAsync("off", l => l with { Disabled = true });
        foreach (var path in new[] { "/unknown", "/over", "/off", "/healthz", "/" })
        {
            (await _edge.GetAsync(path)).Dispose();
        }

        using var head = await _edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/spring"));

        Assert.Equal(HttpStatusCode.Found, head.StatusCode);
        var click = Read(Assert.Single(await _edge.ClicksAsync(1)));
        Assert.Equal(ClickMethod.Head, click.Method);
    }

    [Theory]
    [InlineData("Sec-Purpose", "prefetch;prerender", ClickHints.Prefetch)]
    [InlineData("Purpose", "Prefetch", ClickHints.Prefetch)]
    [InlineData("Purpose", "preview", ClickHints.Prefetch)]
    [InlineData("X-Moz", "prefetch", ClickHints.Prefetch)]
    [InlineData("Sec-Purpose", "none", ClickHints.None)]
    [InlineData("X-Purpose", "prefetch", ClickHints.None)]
    public async Task A_look_ahead_is_marked(string header, string value, ClickHints expected)
    {
        _ = await _edge.HasLinkAsync("spring");

        (await _edge.GetAsync("/spring", (header, value))).Dispose();

        Assert.Equal(expected, Read(Assert.Single(await _edge.ClicksAsync(1))).Hints);
    }

    [Theory]
    [InlineData("", null, "", ClickHints.None)]
    [InlineData("?qr=1", null, "", ClickHints.Qr)]
    [InlineData("?qr=0", null, "", ClickHints.None)]
    [InlineData("?ch=Mail", "poster", "mail", ClickHints.None)]
    [InlineData("?qr=1", "poster", "poster", ClickHints.Qr)]
    [InlineData("?ch=e%20mail", "poster", "poster", ClickHints.None)]
    [InlineData("?ch=", "poster", "poster", ClickHints.None)]
    [InlineData("?ch=123456789012345678901234567890123", "poster", "poster", ClickHints.None)]
    [InlineData("?ch=first&ch=second", null, "first", ClickHints.None)]
    public async Task The_channel_is_the_click_s_own_or_else_the_link_s(string query, string? linkChannel, string expected, ClickHints hints)
    {
        _ = await _edge.HasLinkAsync("spring", l => l with { Channel = linkChannel });

        _ = await _edge.LocationAsync("/spring" + query);

        var click = Read(Assert.Single(await _edge.ClicksAsync(1)));
        Assert.Equal((expected, hints), (click.Channel, click.Hints));
    }

    [Fact]
    public async Task Visitors_are_told_apart_by_address_and_user_agent_and_no_address_is_written()
    {
        _ = await _edge.HasLinkAsync("spring");
        (string, string)[][] visits =
        [
            [("X-Forwarded-For", "203.0.113.7"), ("User-Agent", "a")],
            [("X-Forwarded-For", "198.51.100.1, 203.0.113.7"), ("User-Agent", "a")],
            [("X-Forwarded-For", "203.0.113.7:4711"), ("User-Agent", "a")],
            [("X-Forwarded-For", "::ffff:203.0.113.7"), ("User-Agent", "a")],
            [("X-Forwarded-For", "2001:db8::1"), ("User-Agent", "a")],
            [("X-Forwarded-For", "203.0.113.7"), ("User-Agent", "b")],
            [("X-Forwarded-For", "not an address"), ("User-Agent", "a")],
            [("User-Agent", "a")],
        ];
        foreach (var headers in visits)
        {
            (await _edge.GetAsync("/spring", headers)).Dispose();
        }

        var bytes = await _edge.ClicksAsync(visits.Length);
        var hashes = bytes.Select(b => Read(b).VisitorHash).ToList();
        Assert.Single(hashes[..4].Distinct());
        Assert.Equal(4, hashes[3..7].Distinct().Count());
        Assert.Equal(hashes[6], hashes[7]);
        Assert.All(bytes, b =>
        {
            Assert.Equal(-1, b.AsSpan().IndexOf(new byte[] { 203, 0, 113, 7 }));
            Assert.DoesNotContain("203.0.113", Encoding.Latin1.GetString(b), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Headers_longer_than_a_record_are_cut_and_the_click_still_counts()
    {
        _ = await _edge.HasLinkAsync("spring");

        (await _edge.GetAsync(
            "/spring",
            ("User-Agent", new string('u', 9_000)),
            ("Referer", "https://" + new string('r', 300) + ".example/"),
            ("Accept-Language", new string('l', 300)))).Dispose();

        var click = Read(Assert.Single(await _edge.ClicksAsync(1)));
        Assert.Equal((new string('u', 256), "", ""), (click.UserAgent, click.Referrer, click.Language));
    }

    [Fact]
    public async Task A_user_agent_is_cut_at_a_whole_character_and_may_be_any_bytes()
    {
        _ = await _edge.HasLinkAsync("spring");

        (await _edge.GetAsync("/spring", ("User-Agent", "u" + string.Concat(Enumerable.Repeat("ж", 200))))).Dispose();

        var click = Read(Assert.Single(await _edge.ClicksAsync(1)));
        Assert.Equal("u" + string.Concat(Enumerable.Repeat("ж", 127)), click.UserAgent);
    }

    private static Click Read(byte[] bytes)
    {
        Assert.True(ClickCodec.TryRead(bytes, out var c));
        return new Click(
            c.OccurredAtMs, c.Token.ToString(), c.Token.LinkId, c.VisitorHash, c.Method, c.Flags, Encoding.UTF8.GetString(c.UserAgent),
            Encoding.UTF8.GetString(c.Referrer), Encoding.UTF8.GetString(c.Language), Encoding.UTF8.GetString(c.Country), Encoding.UTF8.GetString(c.Channel));
    }

    private sealed record Click(
        long OccurredAtMs, string Token, long LinkId, ulong VisitorHash, ClickMethod Method, ClickHints Hints, string UserAgent,
        string Referrer, string Language, string Country, string Channel);

    public sealed class ByTheFastLane() : ClickRecordingTests(fastLane: true);

    public sealed class ByTheHttpPipeline() : ClickRecordingTests(fastLane: false);
}
