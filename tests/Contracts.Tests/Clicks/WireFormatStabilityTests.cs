using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Contracts.Tests.Clicks;

/// <summary>
/// Bytes that are on disks and in brokers out there. If a test here fails, the code under it can no longer read what an earlier version
/// wrote, or an earlier version what it writes. Do not change the bytes: undo the change, or give the format a new
/// version number, keep reading this one, and append golden bytes of the new one below.
/// </summary>
public sealed class WireFormatStabilityTests
{
    private const string ClickVersion1 =
        "01" + "01" + "03" + "05" + "02" + "04" + "0c" + "0b00" // version, method, flags, lengths
        + "15cd5b079c010000" // occurred at
        + "efcdab8967452301" // visitor hash
        + "000000000000002a" + "00112233445566778899aabbccddeeff" // token
        + "656e2d5553" + "4445" + "6d61696c" + "68747470733a2f2f742e636f" + "4d6f7a696c6c612f352e30"; // en-US, DE, mail, https://t.co, Mozilla/5.0

    private const string SliceVersion1 =
        "2c657bcb" + "01" // checksum, version
        + "efcdab8967452301" + "efcdab0007000000" // edge, epoch
        + "0001000000000000" + "0002000000000000" + "f000000000000000" // from, to, previous
        + "01000000" + "01000000" + "0d000000" // clicks, damaged ranges, length of the payload
        + "8001000000000000" + "9001000000000000" + "0200000000000000" + "0400" + "02000000" // from, to, missing, lengths
        + "746f726e" + "dead" // torn, the bytes found
        + "0401000000000000" + "0300" + "aabbcc"; // the payload

    private static readonly ClickSample Click = new(
        0x019C_075B_CD15,
        new ClickToken(42, new UInt128(0x0011_2233_4455_6677, 0x8899_AABB_CCDD_EEFF)),
        0x0123_4567_89AB_CDEF,
        ClickMethod.Head,
        ClickHints.Prefetch | ClickHints.Qr,
        [.. "Mozilla/5.0"u8],
        [.. "https://t.co"u8],
        [.. "en-US"u8],
        [.. "DE"u8],
        [.. "mail"u8]);

    [Fact]
    public void Clicks_of_version_1_are_written_and_read_as_ever()
    {
        Assert.Equal(ClickVersion1, Convert.ToHexStringLower(Click.ToBytes()));
        Assert.True(ClickCodec.TryRead(Convert.FromHexString(ClickVersion1), out var read));
        Assert.True(Click.Matches(read));
    }

    [Fact]
    public void Entries_of_slices_are_written_as_ever()
    {
        Span<byte> entry = stackalloc byte[ClickSlice.EntryHeader + 3];
        Assert.Equal(entry.Length, ClickSlice.Append(entry, 0x0102_0304_0506_0708, [0xAA, 0xBB, 0xCC]));
        Assert.Equal("0807060504030201" + "0300" + "aabbcc", Convert.ToHexStringLower(entry));
    }

    [Fact]
    public void Slices_of_version_1_are_written_and_read_as_ever()
    {
        var slice = SliceSample.Slice(
            0x0123_4567_89AB_CDEF, 0x0000_0007_00AB_CDEF, 0xF0, 0x100, 0xF8, [(4, [0xAA, 0xBB, 0xCC])],
            [new DamagedRange(0x180, 0x190, 2, "torn", new byte[] { 0xDE, 0xAD })]);
        Assert.Equal(SliceVersion1, Convert.ToHexStringLower(SliceCodec.Write(slice)));
        Assert.True(SliceCodec.TryRead(Convert.FromHexString(SliceVersion1), 3, out var read, out _));
        Assert.True(SliceSample.AreSame(slice, read));
    }

    [Theory]
    [InlineData(1, "0 0 0 0 0 0 0 0 0")]
    [InlineData(12, "0 4 10 1 7 9 8 4 1")]
    [InlineData(48, "0 16 41 5 31 36 33 16 7")]
    public void Links_have_the_partition_they_ever_had(int partitions, string expected) => Assert.Equal(
        expected,
        string.Join(' ', new[] { 0, 1, 2, 3, 42, 1_000, -1, long.MaxValue, long.MinValue }.Select(id => LinkPartition.Of(id, partitions))));

    [Fact]
    public void Numbers_of_stored_enums_never_change()
    {
        Assert.Equal("Get=0 Head=1", Numbers<ClickMethod>());
        Assert.Equal("None=0 Prefetch=1 Qr=2", Numbers<ClickHints>());
        Assert.Equal("Keep=0 Override=1 None=2", Numbers<QueryPolicy>());
    }

    [Fact]
    public void Limits_of_the_codec_never_fall_below_what_was_written()
    {
        Assert.Equal(1, ClickCodec.Version);
        Assert.Equal((256, 200, 35, 2, 32), (ClickCodec.MaxUserAgent, ClickCodec.MaxReferrer, ClickCodec.MaxLanguage, ClickCodec.MaxCountry, ClickCodec.MaxChannel));
    }

    private static string Numbers<T>()
        where T : struct, Enum => string.Join(' ', Enum.GetValues<T>().Select(v => $"{v}={v:D}"));
}
