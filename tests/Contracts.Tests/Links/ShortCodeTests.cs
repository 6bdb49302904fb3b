using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Contracts.Tests.Links;

public sealed class ShortCodeTests
{
    [Theory]
    [InlineData("АBC-23K", "abc23k")]
    [InlineData("abc23k", "abc23k")]
    [InlineData(" AbC‐23‑k\n", "abc23k")]
    [InlineData("ａｂｃ２３ｋ", "abc23k")]
    [InlineData("𝐚𝒷𝕔②③k", "abc23k")]
    [InlineData("аЬсԁеһіјӏорԛѕԝхуᴢ", "abcdehijiopqswxyz")]
    [InlineData("АВЕКМНОРСТХ", "abekmhopctx")]
    [InlineData("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx")]
    [InlineData("ΟοОоՕօ", "oooooo")]
    [InlineData("ᎪᏴᏟᎠᎬ", "abcde")]
    [InlineData("٢٣४", "234")]
    [InlineData("–—−\u00AD\u200B\uFEFF-", "")]
    [InlineData("caf\u00E9", "café")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("сафе\u0301", "caфé")]
    [InlineData("ΣΛς", "oλo")]
    [InlineData("Straße", "straße")]
    [InlineData("\u1112\u1161\u11ab", "한")]
    [InlineData("a_b.c~d/e", "a_b.c~d/e")]
    [InlineData("", "")]
    public void Spellings_that_people_confuse_have_one_normal_form(string typed, string normal) =>
        Assert.Equal(normal, ShortCode.Normalise(typed));

    [Theory]
    [InlineData("0", "O")]
    [InlineData("0", "o")]
    [InlineData("1", "l")]
    [InlineData("1", "I")]
    [InlineData("l", "I")]
    [InlineData("5", "s")]
    [InlineData("m", "rn")]
    [InlineData("a", "á")]
    public void Characters_of_ASCII_and_accented_letters_stay_apart(string one, string other) =>
        Assert.NotEqual(ShortCode.Normalise(one), ShortCode.Normalise(other));

    [Fact]
    public void A_normal_code_comes_back_as_the_same_instance()
    {
        var code = ShortCode.Generate(12);
        Assert.Same(code, ShortCode.Normalise(code));
    }

    [Fact]
    public void Half_a_surrogate_pair_matches_no_key()
    {
        foreach (var typed in new[] { "ab\uD800c", "\uDC00", "\uD83D-\uDE00" })
        {
            var normal = ShortCode.Normalise(typed);
            Assert.Contains('\uFFFD', normal);
            Assert.False(LinkKey.IsValid(normal, out _));
        }
    }

    [Fact]
    public void The_normal_form_of_every_character_is_its_own_and_that_of_its_other_case()
    {
        for (var c = 0; c <= 0x10FFFF; c++)
        {
            if (!Rune.IsValid(c))
            {
                continue;
            }

            var text = "a" + new Rune(c) + "b";
            var normal = ShortCode.Normalise(text);
            Assert.True(ShortCode.Normalise(normal) == normal, $"U+{c:X4} is not stable");
            if (c < 0x80)
            {
                Assert.Equal(c == '-' ? "ab" : text.ToLowerInvariant(), normal);
            }
        }
    }

    [Fact]
    public void The_normal_form_is_stable_for_any_text()
    {
        var pieces = Gen.Elements(
            "a", "B", "-", " ", "é", "e", "\u0301", "\u0323", "\u0345", "\u034F", "\u00A8", "а", "К", "Σ", "İ", "ﷺ", "ﬁ", "한", "\u1100", "\u1161", "\u11A8",
            "\uD83D", "\uDE00", "\u0958", "\u0F71", "\u0F73", "\u1D15E", "ｱ", "ﾞ", "\u2011", "\u2003", "ǆ", "\u0130", "ẞ");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(10_000), Prop.ForAll(pieces.ArrayOf().ToArbitrary(), parts =>
        {
            var normal = ShortCode.Normalise(string.Concat(parts));
            return ShortCode.Normalise(normal) == normal;
        }));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll<string?>(text =>
            text is null || ShortCode.Normalise(ShortCode.Normalise(text)) == ShortCode.Normalise(text)));
    }

    [Fact]
    public void Codes_grow_with_the_number_of_live_ones()
    {
        Assert.Equal(ShortCode.MinimumLength, ShortCode.LengthFor(0));
        Assert.Equal(7, ShortCode.LengthFor(2_000));
        Assert.Equal(8, ShortCode.LengthFor(10_000));
        Assert.True(ShortCode.LengthFor(10_000_000) >= 10);
        Assert.Matches("^[2-9a-hj-km-np-z]{9}$", ShortCode.Generate(9));
    }

    [Theory]
    [InlineData("spring_24.a~b/c", true)]
    [InlineData("", true)]
    [InlineData("Spring", false)]
    [InlineData("spring-24", false)]
    [InlineData("ä", false)]
    public void Bytes_that_are_plainly_normal_are_their_own_normal_form(string key, bool isPlain)
    {
        Assert.Equal(isPlain, ShortCode.IsPlainlyNormal(Encoding.UTF8.GetBytes(key)));
        Assert.True(!isPlain || ShortCode.Normalise(key) == key);
    }
}
