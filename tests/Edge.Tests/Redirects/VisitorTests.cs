using System.Net;
using System.Text;
using LinkTracker.Contracts.Security;
using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge.Tests.Redirects;

public sealed class VisitorTests
{
    [Theory]
    [InlineData("https://t.co/abc", "https://t.co")]
    [InlineData("HTTP://News.Example.com:8080/x?y#z", "http://news.example.com:8080")]
    [InlineData("android-app://com.google.android.gm/", "android-app://com.google.android.gm")]
    [InlineData("https://user:pass@example.com/", "https://example.com")]
    [InlineData("https://example.com?q=a@b", "https://example.com")]
    [InlineData("https://[2001:db8::1]:80/", "https://[2001:db8::1]:80")]
    [InlineData("https://example.com\\@evil.example/", "https://example.com")]
    [InlineData("", "")]
    [InlineData("about:blank", "")]
    [InlineData("/path", "")]
    [InlineData("://example.com", "")]
    [InlineData("javascript://example.com/", "")]
    [InlineData("https://", "")]
    [InlineData("https:///path", "")]
    [InlineData("https://ex ample.com/", "")]
    [InlineData("https://exämple.com/", "")]
    public void Of_a_referrer_only_the_origin_is_kept(string referrer, string expected)
    {
        var origin = new byte[200];

        var length = Visitor.WriteOrigin(Encoding.UTF8.GetBytes(referrer), origin);

        Assert.Equal(expected, Encoding.ASCII.GetString(origin, 0, length));
    }

    [Theory]
    [InlineData("de-AT,de;q=0.9", "de-AT")]
    [InlineData(" en ;q=1", "en")]
    [InlineData("*", "")]
    [InlineData("", "")]
    [InlineData(",en", "")]
    [InlineData("<script>", "")]
    public void The_first_language_is_kept_when_it_is_one(string header, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(Visitor.FirstLanguage(Encoding.ASCII.GetBytes(header))));

    [Theory]
    [InlineData("AT", "AT")]
    [InlineData(" de ", "DE")]
    [InlineData("XX", "")]
    [InlineData("T1", "")]
    [InlineData("AUT", "")]
    [InlineData("", "")]
    public void A_country_is_two_letters_or_unknown(string header, string expected)
    {
        var country = new byte[2];

        var length = Visitor.WriteCountry(Encoding.ASCII.GetBytes(header), country);

        Assert.Equal(expected, Encoding.ASCII.GetString(country, 0, length));
    }

    [Fact]
    public void A_visitor_is_someone_else_on_the_next_day_and_in_another_installation()
    {
        const long day = 86_400_000;
        var here = new VisitorHash(new InstallationKeys(new byte[32]));
        var there = new VisitorHash(new InstallationKeys([.. new byte[31], 1]));
        var address = IPAddress.Parse("203.0.113.7").GetAddressBytes();

        var first = here.Of(address, "a"u8, 20_000 * day);

        Assert.Equal(first, here.Of(address, "a"u8, (20_001 * day) - 1));
        Assert.NotEqual(first, here.Of(address, "a"u8, 20_001 * day));
        Assert.Equal(first, here.Of(address, "a"u8, 20_000 * day));
        Assert.NotEqual(first, there.Of(address, "a"u8, 20_000 * day));
        Assert.NotEqual(first, here.Of([], "a"u8, 20_000 * day));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("evil,\t203.0.113.7 ", "203.0.113.7")]
    [InlineData("203.0.113.7:4711", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[2001:db8::1]:443", "2001:db8::1")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    [InlineData("203.0.113", null)]
    [InlineData("203.0.113.7.1", null)]
    [InlineData("256.0.0.1", null)]
    [InlineData("203.0.113.", null)]
    [InlineData("203.0.113.+7", null)]
    [InlineData("203.0.113.7,", null)]
    [InlineData("unknown", null)]
    [InlineData("", null)]
    public void The_proxy_s_own_entry_is_the_visitor_s_address(string header, string? expected)
    {
        var bytes = new byte[VisitorAddress.MaxLength];

        var length = VisitorAddress.WriteLast(Encoding.ASCII.GetBytes(header), bytes);

        Assert.Equal(expected is null ? [] : IPAddress.Parse(expected).GetAddressBytes(), bytes[..length]);
    }
}
