using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.IO;

namespace LinkTracker.Contracts.Tests.Clicks;

public sealed class SliceCodecTests
{
    private static readonly Arbitrary<ClickSlice> Slices = SliceSample.Any.ToArbitrary();

    [Fact]
    public void Any_slice_survives_the_way_to_bytes_and_back() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Slices, slice =>
        {
            var bytes = SliceCodec.Write(slice);
            return bytes.Length == SliceCodec.MeasureEnvelope(slice) + slice.Payload.Length
                && SliceCodec.TryRead(bytes, 3, out var read, out var reason) && reason is null && SliceSample.AreSame(slice, read);
        }));

    [Fact]
    public void Every_truncation_and_every_longer_text_is_refused_with_a_reason() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Slices, slice =>
        {
            var bytes = SliceCodec.Write(slice);
            return Enumerable.Range(0, bytes.Length).All(length => IsRefused(bytes.AsMemory(0, length))) && IsRefused(new byte[][] { bytes, [0] }.SelectMany(b => b).ToArray());
        }));

    [Fact]
    public void Every_flipped_bit_is_refused_with_a_reason() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(Slices, slice =>
        {
            var bytes = SliceCodec.Write(slice);
            return Enumerable.Range(0, bytes.Length * 8).All(bit =>
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                var isRefused = IsRefused(bytes);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                return isRefused;
            });
        }));

    [Fact]
    public void A_version_that_is_not_known_is_refused_by_name()
    {
        var bytes = SliceCodec.Write(OneClick());
        for (var version = 0; version <= byte.MaxValue; version++)
        {
            bytes[4] = (byte)version;
            Assert.Equal(version == SliceCodec.Version, SliceCodec.TryRead(Seal(bytes), 0, out _, out var reason));
            Assert.Equal(version != SliceCodec.Version, reason?.StartsWith($"Version {version} ", StringComparison.Ordinal) ?? false);
        }
    }

    [Fact]
    public void Bytes_with_a_right_sum_are_read_or_refused_and_never_throw() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Slices, ArbMap.Default.ArbFor<(ushort At, byte Value)[]>(), (slice, changes) =>
        {
            var bytes = SliceCodec.Write(slice);
            foreach (var (at, value) in changes)
            {
                bytes[4 + (at % (bytes.Length - 4))] = value;
            }

            return SliceCodec.TryRead(Seal(bytes), 3, out var read, out _)
                ? read.Count == Count(read)
                : IsRefused(bytes);
        }));

    [Theory]
    [InlineData(21, 101L, "Click")] // from behind the click
    [InlineData(29, 100L, "Click")] // to before the click's end
    [InlineData(29, 99L, "Range")] // to before from
    [InlineData(21, -1L, "Range")]
    [InlineData(57, 70L, "Range")] // the damaged range begins behind its end
    [InlineData(57 + 16, -1L, "Range")] // less than no click missing
    public void A_slice_that_contradicts_itself_is_refused(int offset, long value, string about)
    {
        var bytes = SliceCodec.Write(OneClick());
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(offset), value);
        Assert.False(SliceCodec.TryRead(Seal(bytes), 0, out _, out var reason));
        Assert.Contains(about, reason, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(45, 2, "names 2 clicks and holds 1")]
    [InlineData(49, 2, "do not add up")]
    [InlineData(49, 0, "do not add up")]
    [InlineData(53, 5, "do not add up")]
    [InlineData(57 + 26, -1, "do not add up")]
    [InlineData(57 + 26, int.MaxValue, "do not add up")]
    public void Numbers_that_do_not_fit_the_rest_are_refused(int offset, int value, string about)
    {
        var bytes = SliceCodec.Write(OneClick());
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), value);
        Assert.False(SliceCodec.TryRead(Seal(bytes), 0, out _, out var reason));
        Assert.Contains(about, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Clicks_out_of_order_are_refused()
    {
        var slice = SliceSample.Slice(1, 2, 100, 100, 0, [(0, [1]), (0, [2])], []);
        var bytes = SliceCodec.Write(slice);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(bytes.Length - 11), 100);
        Assert.False(SliceCodec.TryRead(Seal(bytes), 0, out _, out var reason));
        Assert.Contains("order", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_payload_that_ends_inside_a_click_is_refused()
    {
        var bytes = SliceCodec.Write(OneClick());
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 3), 2);
        Assert.False(SliceCodec.TryRead(Seal(bytes), 0, out _, out var reason));
        Assert.Contains("inside a click", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_too_short_is_refused()
    {
        var bytes = SliceCodec.Write(OneClick())[..40];
        Assert.False(SliceCodec.TryRead(Seal(bytes), 0, out _, out var reason));
        Assert.Contains("too few", reason, StringComparison.Ordinal);
    }

    // One click of one byte at 100, one damaged range from 60 to 64.
    private static ClickSlice OneClick() => SliceSample.Slice(1, 2, 100, 100, 0, [(0, [7])], [new DamagedRange(60, 64, 0, "torn", new byte[] { 9 })]);

    private static bool IsRefused(ReadOnlyMemory<byte> bytes) =>
        !SliceCodec.TryRead(bytes, 3, out var slice, out var reason) && slice is null && reason.Length > 0;

    private static int Count(ClickSlice slice)
    {
        var count = 0;
        foreach (var _ in slice)
        {
            count++;
        }

        return count;
    }

    private static byte[] Seal(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Crc32C.Append(Crc32C.Start, bytes.AsSpan(4)));
        return bytes;
    }
}
