using LinkTracker.Contracts.Links;

namespace LinkTracker.Contracts.Tests.Links;

public sealed class TargetUrlTests
{
    private static readonly string[] OwnHosts = ["127.0.0.1:8080", "go.example.com", "kurz.bücher.example", "[::1]:9000"];

    [Theory]
    [InlineData("https://shop.example.com", "https://shop.example.com")]
    [InlineData("https://shop.example.com/", "https://shop.example.com/")]
    [InlineData("http://shop.example.com/a/b.html?x=1&y=2#top", "http://shop.example.com/a/b.html?x=1&y=2#top")]
    [InlineData("HTTPS://Shop.Example.COM/Path", "https://shop.example.com/Path")]
    [InlineData("hTTp://EXAMPLE.com", "http://example.com")]
    [InlineData("https://example.com?x=1", "https://example.com?x=1")]
    [InlineData("https://example.com#f", "https://example.com#f")]
    [InlineData("https://example.com/?", "https://example.com/?")]
    [InlineData("https://example.com:443/", "https://example.com/")]
    [InlineData("http://example.com:80/", "http://example.com/")]
    [InlineData("http://example.com:443/", "http://example.com:443/")]
    [InlineData("https://example.com:8443/x", "https://example.com:8443/x")]
    [InlineData("https://example.com:08443/x", "https://example.com:8443/x")]
    [InlineData("https://example.com:65535/", "https://example.com:65535/")]
    [InlineData("https://example.com:1/", "https://example.com:1/")]
    [InlineData("https://example.com./x", "https://example.com/x")]
    [InlineData("http://localhost/", "http://localhost/")]
    [InlineData("http://localhost:3000/", "http://localhost:3000/")]
    [InlineData("http://intranet/wiki", "http://intranet/wiki")]
    [InlineData("https://a_b.example.com/", "https://a_b.example.com/")]
    [InlineData("https://bücher.example/", "https://xn--bcher-kva.example/")]
    [InlineData("https://BÜCHER.example/", "https://xn--bcher-kva.example/")]
    [InlineData("https://bu\u0308cher.example/", "https://xn--bcher-kva.example/")]
    [InlineData("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/")]
    [InlineData("https://faß.de/", "https://xn--fa-hia.de/")]
    [InlineData("https://ドメイン.テスト/", "https://xn--eckwd4c7c.xn--zckzah/")]
    [InlineData("https://ﾄﾞﾒｲﾝ.テスト/", "https://xn--eckwd4c7c.xn--zckzah/")]
    [InlineData("https://пример.испытание/", "https://xn--e1afmkfd.xn--80akhbyknj4f/")]
    [InlineData("https://ПРИМЕР.испытание/", "https://xn--e1afmkfd.xn--80akhbyknj4f/")]
    [InlineData("https://한국.kr/", "https://xn--3e0b707e.kr/")]
    [InlineData("https://\u1112\u1161\u11ab\u1100\u116e\u11a8.kr/", "https://xn--3e0b707e.kr/")]
    [InlineData("https://💩.la/", "https://xn--ls8h.la/")]
    [InlineData("https://ｇｏｏｇｌｅ.com/", "https://google.com/")]
    [InlineData("https://a。example.com/", "https://a.example.com/")]
    [InlineData("https://a．example.com/", "https://a.example.com/")]
    [InlineData("https://a｡example.com/", "https://a.example.com/")]
    [InlineData("https://l·l.cat/", "https://xn--ll-0ea.cat/")]
    [InlineData("http://2130706433/", "http://127.0.0.1/")]
    [InlineData("http://0x7f.1/", "http://127.0.0.1/")]
    [InlineData("http://0300.0250.1.1/", "http://192.168.1.1/")]
    [InlineData("http://192.168.1.1/", "http://192.168.1.1/")]
    [InlineData("http://１２７.０.０.１/", "http://127.0.0.1/")]
    [InlineData("http://127.1./", "http://127.0.0.1/")]
    [InlineData("http://[::1]/", "http://[::1]/")]
    [InlineData("http://[2001:DB8:0:0::1]:8080/x", "http://[2001:db8::1]:8080/x")]
    [InlineData("http://[::ffff:192.168.1.1]/", "http://[::ffff:192.168.1.1]/")]
    [InlineData("https://example.com/ü?ä=ö#ß", "https://example.com/%C3%BC?%C3%A4=%C3%B6#%C3%9F")]
    [InlineData("https://example.com/😀", "https://example.com/%F0%9F%98%80")]
    [InlineData("https://example.com/%C3%BC", "https://example.com/%C3%BC")]
    [InlineData("https://example.com/%c3%bc", "https://example.com/%c3%bc")]
    [InlineData("https://example.com/100%", "https://example.com/100%25")]
    [InlineData("https://example.com/%zz", "https://example.com/%25zz")]
    [InlineData("https://example.com/%4", "https://example.com/%254")]
    [InlineData("https://example.com/%%41", "https://example.com/%25%41")]
    [InlineData("https://example.com/a%20b", "https://example.com/a%20b")]
    [InlineData("https://example.com/a%0d%0aX:y", "https://example.com/a%0d%0aX:y")]
    [InlineData("https://example.com/%5C", "https://example.com/%5C")]
    [InlineData("https://example.com/\"<>^`{|}", "https://example.com/%22%3C%3E%5E%60%7B%7C%7D")]
    [InlineData("https://example.com/?a[]=1&b=it's", "https://example.com/?a[]=1&b=it's")]
    [InlineData("https://example.com/a/../b/./c", "https://example.com/a/../b/./c")]
    [InlineData("https://example.com//double", "https://example.com//double")]
    [InlineData("https://example.com/me@home", "https://example.com/me@home")]
    [InlineData("https://example.com/?next=https://other.example/", "https://example.com/?next=https://other.example/")]
    [InlineData("https://example.com/\u202Egnp.exe", "https://example.com/%E2%80%AEgnp.exe")]
    [InlineData("https://notgo.example.com/", "https://notgo.example.com/")]
    [InlineData("https://go.example.com.evil.example/", "https://go.example.com.evil.example/")]
    [InlineData("https://go.example.com:9443/", "https://go.example.com:9443/")]
    [InlineData("http://127.0.0.1:8081/", "http://127.0.0.1:8081/")]
    public void A_proper_target_becomes_ascii(string text, string expected)
    {
        Assert.True(TargetUrl.TryCanonicalise(text, OwnHosts, out var url, out var error), error);
        Assert.Equal(expected, url);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("not a url", "space")]
    [InlineData("shop.example.com", "http://")]
    [InlineData("shop.example.com/page", "http://")]
    [InlineData("//evil.example/", "http://")]
    [InlineData("/path", "http://")]
    [InlineData("?x", "http://")]
    [InlineData("javascript:alert(1)", "http://")]
    [InlineData("JavaScript:alert(1)", "http://")]
    [InlineData("java\tscript:alert(1)", "control")]
    [InlineData("javascript://example.com/%0aalert(1)", "http://")]
    [InlineData("data:text/html,x", "http://")]
    [InlineData("vbscript:x", "http://")]
    [InlineData("file:///etc/passwd", "http://")]
    [InlineData("ftp://example.com/", "http://")]
    [InlineData("ws://example.com/", "http://")]
    [InlineData("mailto:a@example.com", "http://")]
    [InlineData("blob:https://example.com/x", "http://")]
    [InlineData("view-source:https://example.com/", "http://")]
    [InlineData("httpss://example.com/", "http://")]
    [InlineData("http:example.com", "http://")]
    [InlineData("https:/x", "http://")]
    [InlineData("https:\\\\x", "backslash")]
    [InlineData("https:/\\x", "backslash")]
    [InlineData("https://example.com\\@evil.example/", "backslash")]
    [InlineData("https://example.com/a\\b", "backslash")]
    [InlineData("http:///x", "host")]
    [InlineData("http://", "host")]
    [InlineData("https://?x", "host")]
    [InlineData("https://#x", "host")]
    [InlineData("https://:443/", "host")]
    [InlineData("https://./", "host")]
    [InlineData("https://../", "host")]
    [InlineData("https://a..b/", "host")]
    [InlineData("https://.example.com/", "host")]
    [InlineData("https://example.com../", "host")]
    [InlineData("https://user@evil.example/", "user name")]
    [InlineData("https://user:pass@evil.example/", "user name")]
    [InlineData("https://@evil.example/", "user name")]
    [InlineData("https://shop.example.com@evil.example/", "user name")]
    [InlineData("https://shop.example.com%40evil.example/", "host")]
    [InlineData("https://shop.example.com＠evil.example/", "host")]
    [InlineData("https://ev%69l.example/", "host")]
    [InlineData("https://a／b.example/", "host")]
    [InlineData("https://a⁄b.example/", "host")]
    [InlineData("https://℀.example/", "host")]
    [InlineData("https://a？b.example/", "host")]
    [InlineData("https://a＃b.example/", "host")]
    [InlineData("https://a：80/", "host")]
    [InlineData("https://a,b/", "host")]
    [InlineData("https://a!b/", "host")]
    [InlineData("https://-a.example/", "host")]
    [InlineData("https://a-.example/", "host")]
    [InlineData("https://_/", "host")]
    [InlineData("https://example._com/", "host")]
    [InlineData("https://<script>/", "host")]
    [InlineData("https://a\u00ADb.example/", "host")]
    [InlineData("https://a\u200Bb.example/", "host")]
    [InlineData("https://a\u200Db.example/", "host")]
    [InlineData("https://❤\uFE0F.example/", "host")]
    [InlineData("https://\uFFFD.example/", "host")]
    [InlineData("https://İ.example/", "host")]
    [InlineData("https://。/", "host")]
    [InlineData("https://1.2.3.4.5/", "host")]
    [InlineData("https://1.2.3.256/", "host")]
    [InlineData("https://4294967296/", "host")]
    [InlineData("https://example.1/", "host")]
    [InlineData("https://0xg.0x/", "host")]
    [InlineData("https://[::1/", "host")]
    [InlineData("https://[::1]x/", "host")]
    [InlineData("https://[::g]/", "host")]
    [InlineData("https://[1.2.3.4]/", "host")]
    [InlineData("https://[fe80::1%25eth0]/", "host")]
    [InlineData("https://[]/", "host")]
    [InlineData("https://::1/", "host")]
    [InlineData("https://example.com:0/", "port")]
    [InlineData("https://example.com:65536/", "port")]
    [InlineData("https://example.com:99999999999/", "port")]
    [InlineData("https://example.com:/", "port")]
    [InlineData("https://example.com:x/", "port")]
    [InlineData("https://example.com:-1/", "port")]
    [InlineData("https://example.com:+1/", "port")]
    [InlineData("https://example.com:٨٠/", "port")]
    [InlineData(" https://example.com/", "space")]
    [InlineData("https://example.com/ ", "space")]
    [InlineData("https://example.com/a b", "space")]
    [InlineData("https://exam ple.com/", "space")]
    [InlineData("https://example.com/\u00A0", "space")]
    [InlineData("https://example.com/\u2028", "space")]
    [InlineData("https://example.com/\t", "control")]
    [InlineData("\thttps://example.com/", "control")]
    [InlineData("https://example.com/\n", "control")]
    [InlineData("\r\nhttps://example.com/", "control")]
    [InlineData("https://shop.example.com/\r\nX: y", "control")]
    [InlineData("https://example.com/\0", "control")]
    [InlineData("https://example.com/\u007F", "control")]
    [InlineData("https://example.com/\u0085", "control")]
    [InlineData("https://example.com/\u001B[0m", "control")]
    [InlineData("http://127.0.0.1:8080/abc", "own short domain")]
    [InlineData("http://localhost:8080/abc", "own short domain")]
    [InlineData("http://LOCALHOST.:8080/abc", "own short domain")]
    [InlineData("http://x.localhost:8080/abc", "own short domain")]
    [InlineData("http://127.1:8080/abc", "own short domain")]
    [InlineData("http://127.0.0.2:8080/abc", "own short domain")]
    [InlineData("http://2130706433:8080/abc", "own short domain")]
    [InlineData("http://0:8080/abc", "own short domain")]
    [InlineData("http://[::1]:8080/abc", "own short domain")]
    [InlineData("http://[::]:8080/abc", "own short domain")]
    [InlineData("http://[::ffff:127.0.0.1]:8080/abc", "own short domain")]
    [InlineData("http://localhost:9000/abc", "own short domain")]
    [InlineData("https://go.example.com/abc", "own short domain")]
    [InlineData("http://go.example.com/abc", "own short domain")]
    [InlineData("https://GO.example.com./abc", "own short domain")]
    [InlineData("https://go.example.com:443/abc", "own short domain")]
    [InlineData("https://go.example.com:80", "own short domain")]
    [InlineData("https://ｇｏ.example.com/abc", "own short domain")]
    [InlineData("https://kurz.xn--bcher-kva.example/", "own short domain")]
    public void A_dangerous_or_broken_target_is_refused_with_a_reason(string? text, string reason)
    {
        Assert.False(TargetUrl.TryCanonicalise(text, OwnHosts, out var url, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
        Assert.Empty(url);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        // Not as attributes: metadata is UTF-8 and cannot hold them.
        foreach (var half in new[] { "\uD800", "\uDC00", "\uD800\uD800\uDC00", "\uDC00\uD800" })
        {
            Assert.False(TargetUrl.TryCanonicalise("https://example.com/" + half, [], out _, out var error));
            Assert.Contains("position 21", error, StringComparison.Ordinal);
            Assert.False(TargetUrl.TryCanonicalise($"https://{half}.example/", [], out _, out _));
        }
    }

    [Fact]
    public void The_length_is_limited_before_and_after_encoding()
    {
        const string Start = "https://example.com/";
        Assert.True(TargetUrl.TryCanonicalise(Start + new string('a', TargetUrl.MaxLength - Start.Length), [], out var url, out _));
        Assert.Equal(TargetUrl.MaxLength, url.Length);
        Assert.False(TargetUrl.TryCanonicalise(url + "a", [], out _, out var tooLong));
        Assert.Contains("8,000", tooLong, StringComparison.Ordinal);
        Assert.False(TargetUrl.TryCanonicalise(Start + new string('ü', 2_000), [], out var none, out _));
        Assert.Empty(none);
    }

    [Fact]
    public void Names_and_labels_keep_to_the_limits_of_dns()
    {
        var label = new string('a', 63);
        Assert.True(TargetUrl.TryCanonicalise($"https://{label}.com/", [], out _, out _));
        Assert.False(TargetUrl.TryCanonicalise($"https://{label}a.com/", [], out _, out _));
        Assert.False(TargetUrl.TryCanonicalise($"https://{label}.{label}.{label}.{label}.com/", [], out _, out _));
        Assert.False(TargetUrl.TryCanonicalise($"https://{new string('ü', 60)}.com/", [], out _, out _));
    }

    [Fact]
    public void An_own_host_that_cannot_be_read_refuses_nothing() =>
        Assert.True(TargetUrl.TryCanonicalise("https://example.com/", ["", "no host"], out _, out _));
}
