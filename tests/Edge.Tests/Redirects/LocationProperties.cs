using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge.Tests.Redirects;

public sealed class LocationProperties
{
    private static readonly LocationWriter Writer = new("dub_id"u8.ToArray());

    private static readonly string[] Targets =
    [
        "https://shop.example.com", "https://shop.example.com/", "https://shop.example.com/p?x=1#top", "http://a.example:81/?&&a=1&dub_id=old&a=2",
        "https://a.example/p#f?a=b", "https://a.example/?#", "https://a.example/%3F?%64ub_id=1&q=%23#%3F",
    ];

    /// <summary>Bytes that mean something in URLs, and some that have no business there.</summary>
    private static readonly Gen<byte> Bytes = Gen.OneOf(
        Gen.Elements(Encoding.ASCII.GetBytes("ax=&?#/%@:;+\\ch qr1\r\n\t\0d_ib5F64")), Gen.Choose(0, 255).Select(b => (byte)b));

    [Fact]
    public void Whatever_a_visitor_sends_only_the_query_changes_and_it_is_visible_ASCII() =>
        Check((target, visitor, policy, token) =>
        {
            var location = Write(target, visitor, policy, token);

            Assert.DoesNotContain(location, c => c is < '!' or > '~');
            Assert.Equal(Front(target), Front(location));
            Assert.Equal(Fragment(target), Fragment(location));
        });

    [Fact]
    public void A_token_stands_there_exactly_once_and_last() =>
        Check((target, visitor, policy, _) =>
        {
            var names = Parameters(Write(target, visitor, policy, "TOKEN"))
                .Select(p => Uri.UnescapeDataString(p.Split('=')[0].Replace('+', ' '))).ToList();

            Assert.Equal("dub_id", names[^1]);
            Assert.Single(names, n => n.Equals("dub_id", StringComparison.OrdinalIgnoreCase));
        });

    [Fact]
    public void Keep_holds_every_parameter_of_the_target_and_override_every_one_of_the_visitor() =>
        Check((target, visitor, _, _) =>
        {
            Assert.Superset(Parameters(target).ToHashSet(), Parameters(Write(target, visitor, QueryPolicy.Keep, "")).ToHashSet());
            Assert.Equal(target, Write(target, visitor, QueryPolicy.None, ""));
            Assert.Equal(target, Write(target, [], QueryPolicy.Override, ""));

            // Onto a target without a query every parameter travels that is not for the Edge itself.
            var passing = Parameters(Write("https://a.example/", visitor, QueryPolicy.Override, ""));
            Assert.Equal(ForTheTarget(visitor), passing.Length);
            Assert.Equal(passing, Parameters(Write(target, visitor, QueryPolicy.Override, "")).TakeLast(passing.Length));
        });

    [Fact]
    public void Keep_holds_the_target_s_value_however_many_parameters_the_target_has()
    {
        var target = "https://a.example/?" + string.Join('&', Enumerable.Range(0, 300).Select(i => $"p{i}=1"));

        Assert.Equal(target, Write(target, "p299=evil"u8.ToArray(), QueryPolicy.Keep, ""));
    }

    [Fact]
    public void A_visitor_cannot_buy_work_with_thousands_of_parameters()
    {
        var query = Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 4_000).Select(i => $"v{i}")));

        var location = Write("https://a.example/?a=1", query, QueryPolicy.Override, "");

        Assert.Equal(VisitorQuery.MaxParameters + 1, Parameters(location).Length);
    }

    private static void Check(Action<string, byte[], QueryPolicy, string> property)
    {
        var cases =
            from target in Gen.Elements(Targets)
            from visitor in Gen.ArrayOf(Bytes)
            from policy in Gen.Elements(Enum.GetValues<QueryPolicy>())
            from token in Gen.Elements("", "abcDEF-_0123456789abcdef01234567")
            select (target, visitor, policy, token);
        Prop.ForAll(Arb.From(cases), c => property(c.target, c.visitor, c.policy, c.token))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(60));
    }

    private static string Write(string target, byte[] visitor, QueryPolicy policy, string token)
    {
        var buffer = new byte[Writer.MaxLength(target.Length, visitor.Length, token.Length)];
        var length = Writer.Write(Encoding.ASCII.GetBytes(target), visitor, policy, Encoding.ASCII.GetBytes(token), buffer);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static int ForTheTarget(byte[] visitor) =>
        Encoding.Latin1.GetString(visitor).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Count(parameter => Uri.UnescapeDataString(parameter.Split('=')[0]) is not ("ch" or "qr"));

    private static string Front(string url) => url.Split('#')[0].Split('?')[0];

    private static string Fragment(string url) => url.Contains('#', StringComparison.Ordinal) ? url[url.IndexOf('#', StringComparison.Ordinal)..] : "";

    private static string[] Parameters(string url)
    {
        var front = url.Split('#')[0];
        return front.Contains('?', StringComparison.Ordinal)
            ? front[(front.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries)
            : [];
    }
}
