using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Contracts.Tests.Links;

/// <summary>
/// Records that are in topics out there. If the golden ones fail, an Edge can no longer read what an Aggregator of an earlier version
/// published. Undo the change, or give the format a new version and go on reading this one.
/// </summary>
public sealed class LinkChangeCodecTests
{
    private const string Whole =
        """{"v":1,"edition":"00000000000000ff","version":17,"link":{"id":9223372036854775807,"url":"https://shop.example.com/?a=1&b='2'","trackConversion":true,"expiresAt":1798761600000,"expiredUrl":"https://shop.example.com/over","disabled":true,"redirectStatus":308,"queryPolicy":"override","channel":"mail"}}""";

    private const string Plain =
        """{"v":1,"edition":"7fffffffffffffff","version":1,"link":{"id":5,"url":"https://a.example/","trackConversion":false,"disabled":false,"redirectStatus":302,"queryPolicy":"keep"}}""";

    private static readonly Gen<string> Keys = Gen.Elements("a", "a/b", "längere/ключ", "x.y~z-_", "UPPER", "/", "//", "\"", "\\", "😀").Two().Select(two => two.Item1 + two.Item2);

    private static readonly Gen<LinkMessage> Messages =
        from edition in Gen.Choose(0, int.MaxValue)
        from version in Gen.Choose(0, int.MaxValue)
        from domain in Gen.Elements("go.example.com", "localhost:8080", "[::1]:8080", "xn--bcher-kva.example")
        from key in Keys
        from url in Gen.Elements("https://a.example/", "https://a.example/?q=\"<>&+'", "http://[::1]/")
        from expires in Gen.Choose(-1, int.MaxValue).Select(seconds => seconds < 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(seconds))
        from expired in Gen.Elements("https://a.example/over", null)
        from channel in Gen.Elements("mail", null)
        from flags in Gen.Choose(0, 3)
        from status in Gen.Elements(301, 302, 307, 308)
        from policy in Gen.Elements(Enum.GetValues<QueryPolicy>())
        from isThere in Gen.Elements(true, false)
        select new LinkMessage(edition, new LinkChange(version, domain, key, !isThere ? null : new LinkState
        {
            Id = version,
            Domain = domain,
            Key = key,
            Url = url,
            TrackConversion = (flags & 1) != 0,
            ExpiresAt = expires,
            ExpiredUrl = expired,
            Disabled = (flags & 2) != 0,
            RedirectStatus = status,
            QueryPolicy = policy,
            Channel = channel,
        }));

    [Fact]
    public void Links_of_version_1_are_written_and_read_as_ever()
    {
        var full = new LinkState
        {
            Id = long.MaxValue,
            Domain = "go.example.com",
            Key = "größe/xl",
            Url = "https://shop.example.com/?a=1&b='2'",
            TrackConversion = true,
            ExpiresAt = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
            ExpiredUrl = "https://shop.example.com/over",
            Disabled = true,
            RedirectStatus = 308,
            QueryPolicy = QueryPolicy.Override,
            Channel = "mail",
        };
        Holds(new LinkMessage(255, new LinkChange(17, full.Domain, full.Key, full)), "go.example.com/größe/xl", Whole);
        var plain = new LinkState { Id = 5, Domain = "localhost:8080", Key = "a", Url = "https://a.example/" };
        Holds(new LinkMessage(long.MaxValue, new LinkChange(1, plain.Domain, plain.Key, plain)), "localhost:8080/a", Plain);
    }

    [Fact]
    public void Deletions_and_the_end_of_an_edition_are_records_with_a_value()
    {
        Holds(new LinkMessage(1, new LinkChange(18, "go.example.com", "a", null)), "go.example.com/a", """{"v":1,"edition":"0000000000000001","version":18,"link":null}""");
        var whole = LinkMessage.Whole(1, 18);
        Holds(whole, "/", """{"v":1,"edition":"0000000000000001","version":18,"link":null}""");
        Assert.True(whole.IsWhole);
        Assert.False(new LinkMessage(1, new LinkChange(18, "", "a", null)).IsWhole);
    }

    [Fact]
    public void Every_message_is_read_as_it_was_written() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(Messages.ToArbitrary(), message =>
            LinkChangeCodec.TryDecode(LinkChangeCodec.EncodeKey(message), LinkChangeCodec.EncodeValue(message), out var read, out _) && read == message));

    [Fact]
    public void What_a_later_version_adds_is_passed_over_and_what_it_leaves_out_has_its_default()
    {
        const string later = """{"more":[1],"v":1,"edition":"1","version":2,"link":{"id":3,"url":"https://a.example/","new":{"x":1}}}""";

        Assert.True(LinkChangeCodec.TryDecode("d/k"u8.ToArray(), Encoding.UTF8.GetBytes(later), out var read, out _));

        Assert.Equal(new LinkState { Id = 3, Domain = "d", Key = "k", Url = "https://a.example/" }, read.Change.Link);
    }

    [Theory]
    [InlineData("d/k", """{"v":2,"edition":"1","version":2,"link":null}""", "version 2")]
    [InlineData("dk", """{"v":1,"edition":"1","version":2,"link":null}""", "no '/'")]
    [InlineData("d/k", """{"v":1,"edition":"xyz","version":2,"link":null}""", "edition")]
    [InlineData("d/k", """{"v":1,"edition":"1","version":2,"link":{"id":1}}""", "no url")]
    [InlineData("d/k", """{"v":1,"edition":"1","version":2,"link":{"id":1,"url":"https://a/","queryPolicy":"x"}}""", "policy")]
    [InlineData("d/k", """{"v":1,"edition":"1","version":2,"link":{"id":1,"url":"https://a/","expiresAt":9223372036854775807}}""", "expiry")]
    [InlineData("d/k", """{"v":1,"edition":"1","version":"2","link":null}""", "JSON")]
    [InlineData("d/k", """{"v":1,"edition":"1","version":2}""", "JSON")]
    [InlineData("d/k", """{"v":1""", "JSON")]
    [InlineData("d/k", "[]", "JSON")]
    [InlineData("d/k", null, "no value")]
    [InlineData(null, "{}", "no key")]
    public void What_cannot_be_read_is_refused_with_a_reason_that_does_not_quote_it(string? key, string? value, string reason)
    {
        Assert.False(LinkChangeCodec.TryDecode(
            key is null ? null : Encoding.UTF8.GetBytes(key), value is null ? null : Encoding.UTF8.GetBytes(value), out _, out var told));
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.DoesNotContain("https", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_not_UTF_8_is_refused() =>
        Assert.False(LinkChangeCodec.TryDecode([0xFF, (byte)'/'], "{}"u8.ToArray(), out _, out _));

    private static void Holds(LinkMessage message, string key, string value)
    {
        Assert.Equal(key, Encoding.UTF8.GetString(LinkChangeCodec.EncodeKey(message)));
        Assert.Equal(value, Encoding.UTF8.GetString(LinkChangeCodec.EncodeValue(message)));
        Assert.True(LinkChangeCodec.TryDecode(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), out var read, out _));
        Assert.Equal(message, read);
    }
}
