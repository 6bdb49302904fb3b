using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;

namespace LinkTracker.Edge.Tests.Links;

public sealed class LinkTableTests : IDisposable
{
    private readonly TableProbe _links = new();

    public void Dispose() => _links.Dispose();

    [Fact]
    public void A_record_gives_back_every_field_of_the_link()
    {
        foreach (var key in new[] { "short", "a-key-too-long-to-stand-in-the-code-itself", "längere/ключ-ключ" })
        {
            var expires = new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero);
            Assert.True(_links.Put(new LinkState
            {
                Id = long.MaxValue,
                Domain = TableProbe.Domain,
                Key = key,
                Url = "https://shop.example.com/p?x=1#top",
                TrackConversion = true,
                ExpiresAt = expires,
                ExpiredUrl = "https://shop.example.com/over",
                Disabled = true,
                RedirectStatus = 308,
                QueryPolicy = QueryPolicy.None,
                Channel = "mail",
            }));

            Assert.True(_links.Table.TryFind("go.example.com"u8, Encoding.UTF8.GetBytes(key), out var link));
            Assert.Equal(long.MaxValue, link.Id);
            Assert.Equal("https://shop.example.com/p?x=1#top", Encoding.ASCII.GetString(link.Url));
            Assert.Equal("https://shop.example.com/over", Encoding.ASCII.GetString(link.ExpiredUrl));
            Assert.Equal("mail", Encoding.ASCII.GetString(link.Channel));
            Assert.Equal(expires.ToUnixTimeMilliseconds(), link.ExpiresAtMs);
            Assert.Equal((true, true, 308, QueryPolicy.None), (link.TrackConversion, link.Disabled, link.Status, link.QueryPolicy));
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public void Each_status_and_policy_survives(int status)
    {
        foreach (var policy in Enum.GetValues<QueryPolicy>())
        {
            _ = _links.Put(new LinkState { Id = 1, Domain = TableProbe.Domain, Key = "k", Url = "https://a.example/", RedirectStatus = status, QueryPolicy = policy });

            Assert.True(_links.Table.TryFind("go.example.com"u8, "k"u8, out var link));
            Assert.Equal((status, policy, long.MaxValue), (link.Status, link.QueryPolicy, link.ExpiresAtMs));
        }
    }

    [Fact]
    public void A_hundred_thousand_links_are_found_and_strangers_are_not()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Assert.True(_links.Has(KeyOf(i), $"https://shop.example.com/{i}"));
        }

        Assert.Equal(100_000, _links.Table.Count);
        Assert.True(_links.Table.Rebuilds > 0, "the first index is too small for so many links");
        Assert.Equal(0, _links.Table.LostBytes);
        for (var i = 0; i < 100_000; i++)
        {
            Assert.Equal($"https://shop.example.com/{i}", _links.Find(KeyOf(i)));
            Assert.Null(_links.Find(KeyOf(i) + "q"));
        }

        // Some fit into the code and some do not.
        static string KeyOf(int i) => i % 2 == 0 ? $"c{i}" : $"campaign-of-partner-{i}";
    }

    [Fact]
    public void A_deleted_link_is_gone_and_may_come_back()
    {
        _ = _links.Has("spring", "https://a.example/");
        Assert.True(_links.Loses("spring"));
        Assert.Null(_links.Find("spring"));
        Assert.Equal(0, _links.Table.Count);

        Assert.True(_links.Loses("spring"));
        Assert.Equal(0, _links.Table.Count);

        _ = _links.Has("spring", "https://b.example/");
        Assert.Equal("https://b.example/", _links.Find("spring"));
        Assert.Equal(1, _links.Table.Count);
    }

    [Fact]
    public void A_moved_link_is_found_at_its_new_place_only()
    {
        _ = _links.Has("old-name");
        _ = _links.Has("new-name");
        _ = _links.Loses("old-name");

        Assert.Null(_links.Find("old-name"));
        Assert.Equal("https://shop.example.com/", _links.Find("new-name"));
        Assert.Equal(1, _links.Table.Count);
    }

    [Fact]
    public void Domains_keep_their_links_apart_and_strange_hosts_get_the_default_domain()
    {
        _ = _links.Has("x", "https://default.example/");
        _ = _links.Has("x", "https://other.example/", "other.example.org");
        _ = _links.Has("x", "https://port.example/", "go.example.com:8080");

        Assert.Equal("https://other.example/", _links.Find("x", "OTHER.example.org"));
        Assert.Equal("https://port.example/", _links.Find("x", "go.example.com:8080"));
        foreach (var stranger in new[] { "", "unknown.example", "unknown.example:8080", "ünknown", ".", ":80", new string('h', 300) })
        {
            Assert.Equal("https://default.example/", _links.Find("x", stranger));
        }
    }

    [Theory]
    [InlineData("c.example", "C.example.")]
    [InlineData("c.example", "c.example:80")]
    [InlineData("c.example", "c.example:443")]
    [InlineData("c.example", "c.example:8080")]
    [InlineData("c.example", "c.example.:8080")]
    [InlineData("c.example", "c.example:")]
    [InlineData("c.example:8080", "c.example.:8080")]
    [InlineData("[2001:db8::1]", "[2001:DB8::1]:8080")]
    public void A_host_written_in_another_way_still_has_its_own_links(string domain, string host)
    {
        _ = _links.Has("spring", "https://shop.example/");
        _ = _links.Has("only-default", "https://shop.example/");
        _ = _links.Has("spring", "https://target.example/", domain);

        Assert.Equal("https://target.example/", _links.Find("spring", host));
        Assert.Null(_links.Find("only-default", host));
    }

    [Fact]
    public void A_domain_with_a_port_goes_before_the_same_host_without_one()
    {
        _ = _links.Has("x", "https://bare.example/", "c.example");
        _ = _links.Has("x", "https://port.example/", "c.example:8080");

        Assert.Equal("https://port.example/", _links.Find("x", "c.example:8080"));
        Assert.Equal("https://port.example/", _links.Find("x", "c.example.:8080"));
        Assert.Equal("https://bare.example/", _links.Find("x", "c.example:9090"));
    }

    [Fact]
    public void A_domain_that_lost_its_last_link_has_none_rather_than_those_of_the_default_domain()
    {
        _ = _links.Has("sale", "https://default.example/");
        _ = _links.Has("sale", "https://other.example/", "other.example.org");

        _ = _links.Loses("sale", "other.example.org");

        Assert.Null(_links.Find("sale", "other.example.org"));
        _ = _links.Has("sale", "https://back.example/", "other.example.org");
        Assert.Equal("https://back.example/", _links.Find("sale", "other.example.org"));
    }

    [Fact]
    public void After_a_restart_a_domain_is_known_whose_links_the_source_tells_are_gone()
    {
        _ = _links.Has("sale", "https://default.example/");
        Assert.True(_links.Loses("sale", "other.example.org"));

        Assert.Null(_links.Find("sale", "other.example.org"));
    }

    [Fact]
    public void Keys_of_all_lengths_are_told_apart()
    {
        for (var length = 1; length <= ShortCode.MaxKeyLength; length++)
        {
            Assert.True(_links.Has(new string('ß', length), $"https://a.example/{length}"));
        }

        for (var length = 1; length <= ShortCode.MaxKeyLength; length++)
        {
            Assert.Equal($"https://a.example/{length}", _links.Find(new string('ß', length)));
        }

        Assert.Null(_links.Find(new string('ß', ShortCode.MaxKeyLength + 1)));
    }

    [Fact]
    public void What_a_header_could_not_carry_is_refused_and_changes_nothing()
    {
        _ = _links.Has("k", "https://good.example/");
        foreach (var url in new[] { "", "https://a.example/\r\nX: y", "https://a.example/ ", "https://ä.example/", "https://a.example/" + new string('x', 8_000) })
        {
            Assert.False(_links.Has("k", url));
        }

        Assert.False(_links.Has(""));
        Assert.False(_links.Has(new string('k', 191)));
        Assert.False(_links.Put(new LinkState { Id = 1, Domain = TableProbe.Domain, Key = "k", Url = "https://a.example/", RedirectStatus = 200 }));
        Assert.False(_links.Put(new LinkState { Id = 1, Domain = TableProbe.Domain, Key = "k", Url = "https://a.example/", QueryPolicy = (QueryPolicy)7 }));
        Assert.False(_links.Put(new LinkState { Id = 1, Domain = TableProbe.Domain, Key = "k", Url = "https://a.example/", ExpiredUrl = "x y" }));
        Assert.False(_links.Put(new LinkState { Id = 1, Domain = TableProbe.Domain, Key = "k", Url = "https://a.example/", Channel = new string('c', 33) }));

        Assert.Equal("https://good.example/", _links.Find("k"));
        Assert.Equal(11, _links.Table.Refused);
    }
}
