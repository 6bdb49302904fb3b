using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Contracts.Tests.Clicks;

public sealed class ClickCodecTests
{
    private static readonly Arbitrary<ClickSample> Clicks = ClickSample.Any.ToArbitrary();

    [Fact]
    public void Any_click_survives_the_way_to_bytes_and_back() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Clicks, click =>
        {
            var bytes = click.ToBytes();
            return bytes.Length <= ClickCodec.MaxLength && ClickCodec.TryRead(bytes, out var read) && click.Matches(read);
        }));

    [Fact]
    public void Every_truncation_and_every_longer_text_is_refused() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Clicks, click =>
        {
            var bytes = click.ToBytes();
            return Enumerable.Range(0, bytes.Length).All(length => !ClickCodec.TryRead(bytes.AsSpan(0, length), out _))
                && !ClickCodec.TryRead([.. bytes, 0], out _);
        }));

    [Fact]
    public void Other_versions_are_refused()
    {
        var bytes = new ClickSample(0, default, 0, 0, 0, [], [], [], [], []).ToBytes();
        for (var version = 0; version <= byte.MaxValue; version++)
        {
            bytes[0] = (byte)version;
            Assert.Equal(version == ClickCodec.Version, ClickCodec.TryRead(bytes, out _));
        }
    }

    [Fact]
    public void The_link_is_read_of_every_version_and_of_nothing_too_short_for_one() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Clicks, ArbMap.Default.ArbFor<byte>(), (click, version) =>
        {
            byte[] bytes = [version, .. click.ToBytes().AsSpan(1), 1, 2, 3];
            Assert.True(ClickCodec.TryReadLink(bytes, out var link));
            Assert.Equal(click.Token.LinkId, link);
            return !ClickCodec.TryReadLink(bytes.AsSpan(0, 48), out _) && ClickCodec.TryReadLink(bytes.AsSpan(0, 49), out _);
        }));

    [Fact]
    public void Any_bytes_are_read_or_refused_and_never_throw() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll<byte[]>(junk =>
        {
            byte[] click = [ClickCodec.Version, .. junk];
            return !ClickCodec.TryRead(click, out var read) || read.UserAgent.Length <= click.Length;
        }));

    [Fact]
    public void Long_texts_are_cut_at_a_character_and_to_no_less_than_three_bytes_below_the_limit() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(
            Gen.Elements("a", "é", "中", "😀").ArrayOf().Select(string.Concat).ToArbitrary(),
            text =>
            {
                var padded = new string('x', text.Length % 4) + text + string.Concat(Enumerable.Repeat("中é😀", 100));
                var sent = Encoding.UTF8.GetBytes(padded);
                var bytes = new ClickSample(0, default, 0, 0, 0, sent, sent, sent, sent, sent).ToBytes();
                Assert.True(ClickCodec.TryRead(bytes, out var read));
                return IsCut(read.UserAgent, sent, ClickCodec.MaxUserAgent) && IsCut(read.Referrer, sent, ClickCodec.MaxReferrer)
                    && IsCut(read.Language, sent, ClickCodec.MaxLanguage) && IsCut(read.Channel, sent, ClickCodec.MaxChannel)
                    && read.Country.Length <= ClickCodec.MaxCountry && sent.AsSpan().StartsWith(read.Country);
            }));

    [Theory]
    [InlineData(0x80)]
    [InlineData(0xBF)]
    [InlineData(0xFF)]
    public void What_is_no_text_is_cut_as_it_comes(byte value)
    {
        var sent = Enumerable.Repeat(value, 1_000).ToArray();
        Assert.True(ClickCodec.TryRead(new ClickSample(0, default, 0, 0, 0, sent, [], [], [], []).ToBytes(), out var read));
        Assert.Equal(ClickCodec.MaxUserAgent, read.UserAgent.Length);
    }

    private static bool IsCut(ReadOnlySpan<byte> read, ReadOnlySpan<byte> sent, int max) =>
        read.Length <= max && read.Length > max - 4 && sent.StartsWith(read) && System.Text.Unicode.Utf8.IsValid(read);
}
