using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Contracts.Tests.Security;

public sealed class SipHashTests
{
    // The reference vectors: key 00 01 … 0f, data of length n is 00 01 … n-1, the hash as eight bytes, little-endian.
    private static readonly string[] Vectors = """
        310e0edd47db6f72 fd67dc93c539f874 5a4fa9d909806c0d 2d7efbd796666785 b7877127e09427cf 8da699cd64557618 cee3fe586e46c9cb 37d1018bf50002ab
        6224939a79f5f593 b0e4a90bdf82009e f3b9dd94c5bb5d7a a7ad6b22462fb3f4 fbe50e86bc8f1e75 903d84c02756ea14 eef27a8e90ca23f7 e545be4961ca29a1
        db9bc2577fcc2a3f 9447be2cf5e99a69 9cd38d96f0b3c14b bd6179a71dc96dbb 98eea21af25cd6be c7673b2eb0cbf2d0 883ea3e395675393 c8ce5ccd8c030ca8
        94af49f6c650adb8 eab8858ade92e1bc f315bb5bb835d817 adcf6b0763612e2f a5c91da7acaa4dde 716595876650a2a6 28ef495c53a387ad 42c341d8fa92d832
        ce7cf2722f512771 e37859f94623f3a7 381205bb1ab0e012 ae97a10fd434e015 b4a31508beff4d31 81396229f0907902 4d0cf49ee5d4dcca 5c73336a76d8bf9a
        d0a704536ba93e0e 925958fcd6420cad a915c29bc8067318 952b79f3bc0aa6d4 f21df2e41d4535f9 87577519048f53a9 10a56cf5dfcd9adb eb75095ccd986cd0
        51a9cb9ecba312e6 96afadfc2ce666c7 72fe52975a4364ee 5a1645b276d592a1 b274cb8ebf87870a 6f9bb4203de7b381 eaecb2a30b22a87f 9924a43cc1315724
        bd838d3aafbf8db7 0b1a2a3265d51aea 135079a3231ce660 932b2846e4d70666 e1915f5cb1eca46c f325965ca16d629f 575ff28e60381be5 724506eb4c328a95
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void The_reference_vectors_hold_for_every_length_however_the_data_is_cut_in_two()
    {
        for (var length = 0; length < Vectors.Length; length++)
        {
            byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
            var expected = BinaryPrimitives.ReadUInt64LittleEndian(Convert.FromHexString(Vectors[length]));
            Assert.Equal(expected, SipHash.Hash(Key, data));
            for (var cut = 0; cut <= length; cut++)
            {
                Assert.Equal(expected, SipHash.Hash(Key, data.AsSpan(0, cut), data.AsSpan(cut)));
            }
        }
    }

    [Fact]
    public void The_vector_of_the_paper_holds() =>
        Assert.Equal(0xa129ca6149be45e5, SipHash.Hash(Key, [.. Enumerable.Range(0, 15).Select(i => (byte)i)]));

    [Fact]
    public void Two_parts_hash_like_their_whole() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll<byte[], byte[]>((first, second) =>
            SipHash.Hash(Key, first, second) == SipHash.Hash(Key, [.. first, .. second])));

    [Fact]
    public void Another_key_gives_another_hash()
    {
        var other = RandomNumberGenerator.GetBytes(SipHash.KeyLength);
        Assert.NotEqual(SipHash.Hash(Key, "data"u8), SipHash.Hash(other, "data"u8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void A_key_of_another_length_is_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SipHash.Hash(new byte[length], "data"u8));
}
