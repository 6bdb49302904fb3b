using System.Net;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Contracts.Tests.Links;

public sealed class TargetUrlProperties
{
    // Pieces that parsers disagree about, so that most texts are near the border and many are accepted.
    private static readonly string[] Pieces =
    [
        "http://", "https://", "HTTP://", "/", "\\", "//", ":", "@", "?", "#", "%", "%4", "%41", "%zz", ".", "..", "。", "[::1]", "[", "]",
        "example", "EXAMPLE", ".com", "bücher", "u\u0308", "faß", "Ⅷ", "ﬁ", "ｇ", "😀", "\uD83D", "\uDE00", "\u200D", "127.0.0.1", "0x7f", "1",
        ":80", ":443", ":8080", "xn--", "-", "_", "&", "=", "+", "{", "\"", "'", " ", "\t", "\r\n", "\0", "é", "中", "ـ", "٣",
    ];

    private static readonly Gen<string> Texts =
        from start in Gen.Elements("http://", "https://", "https://example.com", "https://a.b/", "https://a.b/?", "")
        from pieces in Gen.Elements(Pieces).ArrayOf()
        select start + string.Concat(pieces);

    [Fact]
    public void An_accepted_target_is_visible_ascii_and_its_own_canonical_form()
    {
        var accepted = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            if (!TargetUrl.TryCanonicalise(text, [], out var url, out var error))
            {
                return url.Length == 0 && error.Length > 0;
            }

            accepted++;
            return url.All(c => c is > ' ' and < '\u007F') && !url.Contains('\\', StringComparison.Ordinal)
                && TargetUrl.TryCanonicalise(url, [], out var again, out _) && again == url;
        }));
        Assert.True(accepted > 1_000, $"only {accepted} texts were accepted: the property saw too little");
    }

    [Fact]
    public void An_accepted_target_leads_to_the_host_that_was_named()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            if (!TargetUrl.TryCanonicalise(text, [], out var url, out _))
            {
                return true;
            }

            // The framework's parser is the second opinion: both forms must lead it to one host and port.
            var made = new Uri(url);
            return made.UserInfo.Length == 0 && made.Scheme is "http" or "https"
                && (!Uri.TryCreate(text, UriKind.Absolute, out var given) || HostOf(given) == HostOf(made))
                && (given is null || given.Port == made.Port);
        }));
    }

    // Without ICU the framework does not fold compatibility forms; what it left to punycode is folded here.
    private static string HostOf(Uri uri) =>
        Contracts.Links.HostName.TryCanonicalise(IPAddress.TryParse(uri.Host, out _) ? uri.Host : uri.Host.ToLowerInvariant(), out var host) ? host : uri.Host;
}
