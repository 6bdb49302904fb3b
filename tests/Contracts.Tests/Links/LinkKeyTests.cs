using LinkTracker.Contracts.Links;

namespace LinkTracker.Contracts.Tests.Links;

public sealed class LinkKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("7")]
    [InlineData("spring-sale_2026.v1~b")]
    [InlineData("Team/Ana/x")]
    [InlineData("кафе")]
    [InlineData("カフェ")]
    [InlineData("हिन्दी")]
    [InlineData("𝒳")]
    [InlineData("a.b")]
    [InlineData("...a")]
    [InlineData("php")]
    [InlineData("a_")]
    [InlineData("healthz/x")]
    [InlineData("my-stats")]
    public void A_proper_key_is_taken(string key)
    {
        Assert.True(LinkKey.IsValid(key, out var error), error);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData(null, "1 to 190")]
    [InlineData("", "1 to 190")]
    [InlineData("a b", "U+0020")]
    [InlineData("a\tb", "U+0009")]
    [InlineData("a\u200Bb", "U+200B")]
    [InlineData("a?b", "'?'")]
    [InlineData("a#b", "'#'")]
    [InlineData("a%41", "'%'")]
    [InlineData("a\\b", "'\\'")]
    [InlineData("a:b", "':'")]
    [InlineData("a@b", "'@'")]
    [InlineData("a&b", "'&'")]
    [InlineData("a😀", "'😀'")]
    [InlineData("a½", "'½'")]
    [InlineData("--", "letter or digit")]
    [InlineData("~", "letter or digit")]
    [InlineData("/a", "slash")]
    [InlineData("a/", "slash")]
    [InlineData("a//b", "slash")]
    [InlineData("a/./b", "slash")]
    [InlineData("../a", "slash")]
    [InlineData("a/..", "slash")]
    [InlineData("_a", "'_'")]
    [InlineData("wp-login.php", ".php")]
    [InlineData("x/a.PHP", ".php")]
    [InlineData("healthz", "reserved")]
    [InlineData("READYZ", "reserved")]
    [InlineData("Stats", "reserved")]
    [InlineData("robots.txt", "reserved")]
    [InlineData("favicon.ico", "reserved")]
    public void An_improper_key_is_refused_with_what_to_change(string? key, string reason)
    {
        Assert.False(LinkKey.IsValid(key, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Assert.False(LinkKey.IsValid("a\uD800b", out _));

    [Fact]
    public void A_key_has_at_most_190_characters()
    {
        Assert.True(LinkKey.IsValid(new string('a', 190), out _));
        Assert.False(LinkKey.IsValid(new string('a', 191), out _));
    }
}
