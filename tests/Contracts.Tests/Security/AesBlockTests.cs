using System.Runtime.Intrinsics;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Contracts.Tests.Security;

public sealed class AesBlockTests
{
    [Fact]
    public void What_this_processor_gets_is_right() => CheckAgainstStandardAndFramework(key => AesBlock.Create(key));

    [Fact]
    public void The_frameworks_own_is_right() => CheckAgainstStandardAndFramework(key => new AesBlockPortable(key));

    [Fact]
    public void The_fastest_one_is_taken()
    {
        var best = AesBlock.Create(new byte[16]);
        Assert.Equal(AesBlockX86.IsSupported, best is AesBlockX86);
        Assert.Equal(AesBlockArm.IsSupported, best is AesBlockArm);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(32)]
    public void A_key_of_another_length_is_refused(int length)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AesBlock.Create(new byte[length]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AesBlockPortable(new byte[length]));
    }

    private static void CheckAgainstStandardAndFramework(Func<byte[], AesBlock> create)
    {
        // FIPS 197, appendix B and C.1.
        Expect(create, "2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734", "3925841d02dc09fbdc118597196a0b32");
        Expect(create, "000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a");

        var sixteen = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(16);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(sixteen.ToArbitrary(), sixteen.ToArbitrary(), (key, text) =>
        {
            var block = Vector128.Create(text);
            var one = create(key);
            var framework = new AesBlockPortable(key);
            return one.Encrypt(block) == framework.Encrypt(block)
                && one.Decrypt(block) == framework.Decrypt(block)
                && one.Decrypt(one.Encrypt(block)) == block;
        }));
    }

    private static void Expect(Func<byte[], AesBlock> create, string key, string plain, string cipher)
    {
        var block = create(Convert.FromHexString(key));
        Assert.Equal(Block(cipher), block.Encrypt(Block(plain)));
        Assert.Equal(Block(plain), block.Decrypt(Block(cipher)));
    }

    private static Vector128<byte> Block(string hex) => Vector128.Create(Convert.FromHexString(hex));
}
