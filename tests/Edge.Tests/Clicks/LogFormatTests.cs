using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>
/// The bytes on the disk. Should one of these fail after an update of the store, logs of earlier versions cannot be read
/// any more: keep the old framing readable, then add the new bytes beside the old.
/// </summary>
public sealed class LogFormatTests
{
    private const ulong Epoch = 0x0000_0001_89AB_CDEF;
    private const long Tail = LogShape.First;

    [Fact]
    public void The_store_frames_entries_as_the_reader_expects()
    {
        using var folder = new TempFolder();
        using var buffer = new AppendBuffer(folder.Path, LogRig.Small, new LogDisk(), () => { });
        Assert.True(buffer.TryAppend(Entry(lane: 3, sequence: 1, "first click"u8)));
        Assert.True(buffer.TryAppend(Entry(lane: 3, sequence: 2, "the second one"u8)));

        var durable = buffer.Flush();

        var bytes = File.ReadAllBytes(LogShape.SegmentPath(folder.Path, 0))[64..(int)durable];
        Assert.Equal(
            // checksum, length, mark and version, lane, sequence, tail, sum, click, alignment
            "18697273a3f1aa00" + "1f000000" + "c501" + "0300" + "0100000000000000" + "01000000" + "12d0ca6c" + "666972737420636c69636b" + "00"
            + "1b686520084aaa01" + "22000000" + "c501" + "0300" + "0200000000000000" + "01000000" + "be2eca6e" + "746865207365636f6e64206f6e65" + "0000",
            Convert.ToHexStringLower(bytes));
        Assert.True(LogFrame.TryRead(bytes, Epoch, LogShape.First, out var click, out var isIntact));
        Assert.True(isIntact);
        Assert.Equal((3, 1UL, 44), (click.Lane, click.Sequence, click.Total));
        Assert.Equal("first click"u8, click.Bytes);
    }

    [Fact]
    public void An_entry_of_another_log_is_not_taken_for_one_of_this()
    {
        var entry = Entry(0, 1, "click"u8);

        Assert.True(ClickEnvelope.TryOpen(entry, Epoch, Tail, out _, out _));
        Assert.False(ClickEnvelope.TryOpen(entry, Epoch + 1, Tail, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 20)]
    [InlineData((1L << 40) - 4_096)]
    public void An_entry_is_refused_before_its_place_and_taken_a_little_behind_it(long tail)
    {
        var entry = new byte[ClickEnvelope.HeaderLength + 1];
        ClickEnvelope.Seal(entry, Epoch, lane: 0, sequence: 1, tail);

        Assert.True(ClickEnvelope.TryOpen(entry, Epoch, tail, out _, out _));
        Assert.True(ClickEnvelope.TryOpen(entry, Epoch, tail + 8_192, out _, out _));
        Assert.False(ClickEnvelope.TryOpen(entry, Epoch, tail - 64, out _, out _));
        Assert.False(ClickEnvelope.TryOpen(entry, Epoch, tail - (1L << 30), out _, out _));
    }

    [Fact]
    public void Every_changed_bit_of_an_entry_is_refused()
    {
        var entry = Entry(7, 123_456_789, Encoding.ASCII.GetBytes(new string('x', 101)));
        for (var bit = 0; bit < entry.Length * 8; bit++)
        {
            entry[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(ClickEnvelope.TryOpen(entry, Epoch, Tail, out _, out _));
            entry[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void The_longest_click_fits()
    {
        Assert.Equal(ClickEnvelope.HeaderLength + ClickCodec.MaxLength, ClickEnvelope.MaxLength);
        var entry = Entry(ushort.MaxValue, ulong.MaxValue, new byte[ClickCodec.MaxLength]);
        var framed = new byte[LogFrame.HeaderLength + ((entry.Length + 3) & ~3)];
        BitConverter.TryWriteBytes(framed.AsSpan(8), entry.Length);
        entry.CopyTo(framed, LogFrame.HeaderLength);

        Assert.True(LogFrame.TryRead(framed, Epoch, Tail, out var click, out _));
        Assert.Equal(ClickCodec.MaxLength, click.Bytes.Length);
        Assert.True(LogFrame.MaxPadding < framed.Length);
    }

    [Fact]
    public void A_slot_file_keeps_its_state_when_the_newer_slot_is_torn()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "slots");
        using (var file = SlotFile.Open(path, 256, new LogDisk(), out var none))
        {
            Assert.Null(none);
            for (byte i = 1; i <= 5; i++)
            {
                file.Write([i, i, i]);
            }
        }

        using (SlotFile.Open(path, 256, new LogDisk(), out var newest))
        {
            Assert.Equal([5, 5, 5], newest);
        }

        var bytes = File.ReadAllBytes(path);
        bytes[256 + 21] ^= 1;
        File.WriteAllBytes(path, bytes);
        using (var file = SlotFile.Open(path, 256, new LogDisk(), out var older))
        {
            Assert.Equal([4, 4, 4], older);
            file.Write([6]);
        }

        using (SlotFile.Open(path, 256, new LogDisk(), out var next))
        {
            Assert.Equal([6], next);
        }

        // Cut behind the first slot: what is whole is kept, and there is room for two again.
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..270]);
        using (SlotFile.Open(path, 256, new LogDisk(), out var first))
        {
            Assert.Equal([4, 4, 4], first);
        }

        Assert.Equal(512, new FileInfo(path).Length);
    }

    private static byte[] Entry(ushort lane, ulong sequence, ReadOnlySpan<byte> click)
    {
        var entry = new byte[ClickEnvelope.HeaderLength + click.Length];
        click.CopyTo(entry.AsSpan(ClickEnvelope.HeaderLength));
        ClickEnvelope.Seal(entry, Epoch, lane, sequence, Tail);
        return entry;
    }

    private sealed class TempFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("clickformat-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
