using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Contracts.Tests.Clicks;

public sealed class ClickTokenTests
{
    private static readonly byte[] OldSecret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly byte[] NewSecret = [.. Enumerable.Range(101, 40).Select(i => (byte)i)];
    private static readonly InstallationKeys Keys = new(OldSecret);
    private static readonly ClickIdentity Identity = new(ClickIdentity.EpochMs + 123_456_789, 0x1234, 0x2AA, 0xBEEF);

    private static readonly Gen<ClickIdentity> Identities =
        from time in Gen.Choose(0, int.MaxValue)
        from high in Gen.Choose(0, 255)
        from edge in Gen.Choose(0, (1 << ClickIdentity.EdgeBits) - 1)
        from boot in Gen.Choose(0, (1 << ClickIdentity.BootBits) - 1)
        from sequence in Gen.Choose(0, ushort.MaxValue)
        select new ClickIdentity(ClickIdentity.EpochMs + time + ((long)high << 32), (ushort)edge, (ushort)boot, (ushort)sequence);

    private static readonly Gen<long> Links = Gen.OneOf(
        ArbMap.Default.GeneratorFor<long>(), Gen.Elements(0L, 1L, -1L, long.MaxValue, long.MinValue));

    [Fact]
    public void A_minted_token_opens_to_what_was_minted_after_its_way_through_a_url() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Links.ToArbitrary(), Identities.ToArbitrary(), (link, identity) =>
        {
            var text = Keys.Mint(link, identity).ToString();
            return text.Length == ClickToken.TextLength
                && ClickToken.TryParse(text, out var token) && token.LinkId == link
                && Keys.TryVerify(token, out var found) && found == identity;
        }));

    [Fact]
    public void The_three_forms_of_a_token_are_one() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Links.ToArbitrary(), Identities.ToArbitrary(), (link, identity) =>
        {
            var token = Keys.Mint(link, identity);
            Span<byte> text = stackalloc byte[ClickToken.TextLength];
            Span<byte> bytes = stackalloc byte[ClickToken.ByteLength];
            token.FormatUtf8(text);
            token.WriteTo(bytes);
            var written = Encoding.ASCII.GetString(text);
            return written == token.ToString() && ClickToken.ReadFrom(bytes) == token
                && written.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        }));

    [Fact]
    public void A_token_with_any_one_bit_changed_does_not_open()
    {
        var bytes = new byte[ClickToken.ByteLength];
        Keys.Mint(42, Identity).WriteTo(bytes);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Keys.TryVerify(ClickToken.ReadFrom(bytes), out _), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(Keys.TryVerify(ClickToken.ReadFrom(bytes), out _));
    }

    [Fact]
    public void A_token_moved_to_another_link_does_not_open() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Links.ToArbitrary(), Links.ToArbitrary(), (link, other) =>
            link == other || !Keys.TryVerify(Keys.Mint(link, Identity) with { LinkId = other }, out _)));

    [Fact]
    public void The_previous_secret_verifies_and_mints_nothing()
    {
        var old = Keys.Mint(42, Identity);
        var rotated = new InstallationKeys(NewSecret, OldSecret);
        Assert.True(rotated.TryVerify(old, out var found));
        Assert.Equal(Identity, found);
        Assert.NotEqual(old, rotated.Mint(42, Identity));
        Assert.True(new InstallationKeys(NewSecret).TryVerify(rotated.Mint(42, Identity), out _));
        Assert.False(new InstallationKeys(NewSecret).TryVerify(old, out _));
    }

    [Fact]
    public void A_secret_below_32_bytes_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new InstallationKeys(OldSecret.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenSealer(OldSecret.AsSpan(1)));
    }

    [Fact]
    public void The_salt_of_visitors_changes_with_day_and_secret()
    {
        var day = new DateOnly(2026, 11, 23);
        var salts = new[]
        {
            Keys.VisitorSalt(day), Keys.VisitorSalt(day.AddDays(1)), Keys.VisitorSalt(day.AddYears(1)), new InstallationKeys(NewSecret, OldSecret).VisitorSalt(day),
        };
        Assert.All(salts, salt => Assert.Equal(16, salt.Length));
        Assert.Equal(salts.Length, salts.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(salts[0], new InstallationKeys(OldSecret).VisitorSalt(day));
    }

    /// <summary>
    /// Tokens are in URLs, shops' databases and the log for years. If this fails, the derivation or the seal has changed and every
    /// token that is out there stops verifying: undo that, or mint under a new label and go on verifying the old one.
    /// </summary>
    [Fact]
    public void The_bytes_of_a_token_never_change()
    {
        Assert.Equal("AAAAAAAAACpqfLFJnspMJ7Ju6nGquNko", Keys.Mint(42, Identity).ToString());
        Assert.Equal("724c336bff1dd485974132003af3097b", Convert.ToHexStringLower(Keys.VisitorSalt(new DateOnly(2026, 11, 23))));
    }

    [Fact]
    public void A_token_has_one_spelling_only()
    {
        var text = Keys.Mint(42, Identity).ToString();
        string?[] others =
        [
            null, "", text[1..], text + "A", text + "=", " " + text, text + "\n", text[..31] + "=", text[..31] + " ", text[..16] + " " + text[17..],
            text[..31] + "+", text[..31] + "/", text[..31] + "\u00E9", text[..31] + "\uFF21", text[..31] + "\0", text + text, text[..28] + "%3D",
            text[..16] + "\r\n" + text[18..], text[..30] + "==",
        ];
        Assert.All(others, other => Assert.False(ClickToken.TryParse(other, out _), other));
    }

    [Fact]
    public void Any_other_text_is_refused_or_is_the_one_spelling_of_a_token()
    {
        var letters = Gen.Elements("ABYZabyz0189-_+/= %\t\u00E9".ToCharArray());
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(
            Gen.OneOf(letters.ArrayOf(32), letters.ArrayOf()).Select(c => new string(c)).ToArbitrary(),
            text => !ClickToken.TryParse(text, out var token) || (token.ToString() == text && !Keys.TryVerify(token, out _))));
    }

    [Fact]
    public void Many_threads_mint_and_verify_with_the_same_keys() =>
        Parallel.For(0, 20_000, i =>
        {
            var identity = Identity with { Sequence = (ushort)i };
            Assert.True(Keys.TryVerify(Keys.Mint(i, identity), out var found));
            Assert.Equal(identity, found);
        });

    [FactWithAesInstructions]
    public void Minting_and_verifying_allocates_nothing()
    {
        Keys.TryVerify(Keys.Mint(1, Identity), out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Keys.TryVerify(Keys.Mint(i, Identity), out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Random_blocks_are_no_tokens()
    {
        var bytes = new byte[ClickToken.ByteLength];
        for (var i = 0; i < 20_000; i++)
        {
            RandomNumberGenerator.Fill(bytes);
            Assert.False(Keys.TryVerify(ClickToken.ReadFrom(bytes), out _));
        }
    }

    private sealed class FactWithAesInstructionsAttribute : FactAttribute
    {
        public FactWithAesInstructionsAttribute() =>
            Skip = AesBlockX86.IsSupported || AesBlockArm.IsSupported ? null : "this processor has no instructions for AES";
    }
}
