using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.Links;
using LinkTracker.Edge.Links;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>
/// What a snapshot holds, byte for byte. Whoever has to change a value here changes the version of the form, too
/// (<see cref="SnapshotHeader"/>): an older snapshot would be read as something else.
/// </summary>
public sealed class SnapshotFormTests
{
    private static readonly byte[] HashKey = [.. Enumerable.Range(1, Code16.HashKeyBytes).Select(i => (byte)i)];

    [Fact]
    public void A_header_keeps_its_form()
    {
        var header = new SnapshotHeader(0x1122334455667788, HashKey, "ws_1", "go.example.com")
        {
            Version = 5,
            Links = 6,
            Entries = 7,
            Blocks = 8,
            FileBytes = 9,
        };

        var bytes = header.ToBytes();
        Assert.Equal(SnapshotHeader.Bytes, bytes.Length);
        Assert.Equal(
            "4c544c494e4b53016d5c057988776655443322110102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f200500000000000000060000000000000007000000000000000800000000000000090000000000000004000e00",
            Convert.ToHexStringLower(bytes.AsSpan(0, 96)));
        Assert.Equal("ws_1go.example.com", Encoding.UTF8.GetString(bytes.AsSpan(96, 18)));
        var read = SnapshotHeader.Read(bytes);
        Assert.Equal(header with { HashKey = read.HashKey }, read);
        Assert.Equal(HashKey, read.HashKey);
        Assert.Equal(1948493426u, header.SumOf(3, [3, 0, 0, 0, 0, 0, 0, 0, 2, 10, 20, 30]));
    }

    [Fact]
    public void Codes_and_values_keep_their_form()
    {
        Assert.Equal("6972707300004d06 000000000000676e", Text(Code16.OfKey(HashKey, 77, "spring"u8)));
        Assert.Equal("9c3c8f423c029240 009923b229559d33", Text(Code16.OfKey(HashKey, 77, "longer-than-twelve"u8)));
        Assert.Equal("6972707300004d86 000000000000676e", Text(Code16.OfNormalForm(HashKey, 77, "spring"u8)));

        var link = new LinkState
        {
            Id = 4_711,
            Domain = "go.example.com",
            Key = "longer-than-twelve",
            Url = "https://a.example/",
            ExpiredUrl = "https://b.example/",
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000),
            TrackConversion = true,
            RedirectStatus = 307,
            QueryPolicy = QueryPolicy.Override,
            Channel = "mail",
        };
        var key = "longer-than-twelve"u8;
        var code = Code16.OfKey(HashKey, 77, key);
        var record = new byte[LinkRecord.Measure(link, code, key)];
        LinkRecord.Write(link, code, 77, key, record);
        Assert.Equal(
            "671200000000000000505c18a301000019041200120016004d0000006c6f6e6765722d7468616e2d7477656c76656d61696c68747470733a2f2f622e6578616d706c652f68747470733a2f2f612e6578616d706c652f",
            Convert.ToHexStringLower(record));

        var alike = new byte[LookAlikes.ByteLength];
        new LookAlikes(3, 2, new Code16(5, 6)).Write(alike);
        Assert.Equal("030000000200000005000000000000000600000000000000", Convert.ToHexStringLower(alike));
    }

    [Fact]
    public void Normal_forms_stay_what_they_are()
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var point = 0; point <= 0x10FFFF; point++)
        {
            if (Rune.IsValid(point))
            {
                sum.AppendData(Encoding.UTF8.GetBytes(ShortCode.Normalise($"a{new Rune(point)}-B") + "\n"));
            }
        }

        Assert.Equal("6c88ab8fbde2925cbf907235b5ca11ea006eaddc7a10743e5ba7ea78d1cd5b59", Convert.ToHexStringLower(sum.GetHashAndReset()));
    }

    private static string Text(Code16 code) => $"{code.Low:x16} {code.High:x16}";
}
