using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>
/// The bytes on the disk. Should one of these fail after a change, logs of earlier versions cannot be read any more: keep
/// the old bytes readable, then add the new ones beside them as another version.
/// </summary>
public sealed class LogFormatTests
{
    private const ulong Epoch = 0x0000_0001_89AB_CDEF;
    private const long Address = LogShape.First;

    [Fact]
    public void Entries_stand_on_the_disk_as_they_did()
    {
        using var folder = new TempFolder();
        using var buffer = new AppendBuffer(folder.Path, LogRig.Small, new LogDisk(), () => { });
        foreach (var (sequence, click) in new[] { (1UL, "first click"), (2UL, "the second one") })
        {
            var entry = new byte[ClickEnvelope.HeaderLength + click.Length];
            Encoding.ASCII.GetBytes(click, entry.AsSpan(ClickEnvelope.HeaderLength));
            Assert.True(buffer.TryReserve(entry.Length, out var address));
            ClickEnvelope.Seal(entry, Epoch, lane: 3, sequence, address);
            buffer.Fill(address, entry);
        }

        var durable = buffer.Flush();

        Assert.Equal(2, buffer.Clicks);
        var bytes = File.ReadAllBytes(LogShape.SegmentPath(folder.Path, 0))[64..(int)durable];
        Assert.Equal(
            // length, mark and version, lane, sequence, address, sum, click, alignment
            "1f000000" + "c501" + "0300" + "0100000000000000" + "10000000" + "25cbc26f" + "666972737420636c69636b" + "00"
            + "22000000" + "c501" + "0300" + "0200000000000000" + "19000000" + "561d12e3" + "746865207365636f6e64206f6e65" + "0000",
            Convert.ToHexStringLower(bytes));
        Assert.True(LogFrame.TryRead(bytes, Epoch, LogShape.First, out var read, out var isIntact));
        Assert.True(isIntact);
        Assert.Equal((3, 1UL, 36), (read.Lane, read.Sequence, read.Total));
        Assert.Equal("first click"u8, read.Bytes);
    }

    [Fact]
    public void An_entry_of_another_log_is_not_taken_for_one_of_this()
    {
        var entry = Entry(0, 1, "click"u8);

        Assert.True(ClickEnvelope.TryOpen(entry, Epoch, Address, out _, out _));
        Assert.False(ClickEnvelope.TryOpen(entry, Epoch + 1, Address, out _, out _));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1L << 20)]
    [InlineData((1L << 40) - 4_096)]
    public void An_entry_is_refused_anywhere_but_at_its_place(long address)
    {
        var entry = new byte[ClickEnvelope.HeaderLength + 1];
        ClickEnvelope.Seal(entry, Epoch, lane: 0, sequence: 1, address);

        Assert.True(ClickEnvelope.TryOpen(entry, Epoch, address, out _, out _));
        foreach (var elsewhere in new[] { address - 4, address + 4, address + 4_096, address - (1L << 30), address + (1L << 33) })
        {
            Assert.False(ClickEnvelope.TryOpen(entry, Epoch, elsewhere, out _, out _));
        }
    }

    [Fact]
    public void Every_changed_bit_of_an_entry_is_refused()
    {
        var entry = Entry(7, 123_456_789, Encoding.ASCII.GetBytes(new string('x', 101)));
        for (var bit = 0; bit < entry.Length * 8; bit++)
        {
            entry[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(ClickEnvelope.TryOpen(entry, Epoch, Address, out _, out _));
            entry[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void The_longest_click_fits()
    {
        Assert.Equal(ClickEnvelope.HeaderLength + ClickCodec.MaxLength, ClickEnvelope.MaxLength);
        var entry = Entry(ushort.MaxValue, ulong.MaxValue, new byte[ClickCodec.MaxLength]);
        var framed = new byte[LogFrame.TotalOf(entry.Length)];
        BitConverter.TryWriteBytes(framed, entry.Length);
        entry.CopyTo(framed, LogFrame.HeaderLength);

        Assert.True(LogFrame.TryRead(framed, Epoch, Address, out var click, out _));
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
        ClickEnvelope.Seal(entry, Epoch, lane, sequence, Address);
        return entry;
    }

    private sealed class TempFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("clickformat-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
