using System.Buffers.Binary;
using LinkTracker.Contracts.IO;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// A small file that is rewritten often and in place: two slots written in turn, each with a generation and a checksum,
/// so a torn write costs the newer state only. The space is taken when the file is made, so that rewriting it works on
/// a full disk too.
/// </summary>
internal sealed class SlotFile : IDisposable
{
    private const int HeaderLength = 20;
    private const uint Mark = 0x4C54_5331;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private readonly LogDisk _disk;
    private readonly byte[] _slot;
    private ulong _generation;

    private SlotFile(SafeFileHandle file, string path, LogDisk disk, int slotLength)
    {
        _file = file;
        _disk = disk;
        Path = path;
        _slot = new byte[slotLength];
    }

    public string Path { get; }

    /// <summary>Bytes that fit into one state.</summary>
    public static int Capacity(int slotLength) => slotLength - HeaderLength;

    /// <summary>Opens the file, made when there is none, and reads its newest whole state; null: there is none.</summary>
    /// <exception cref="IOException">The file cannot be opened, or there is no space for it.</exception>
    public static SlotFile Open(string path, int slotLength, LogDisk disk, out byte[]? state)
    {
        var file = disk.Open(path, FileAccess.ReadWrite);
        try
        {
            var slots = new SlotFile(file, path, disk, slotLength);
            if (RandomAccess.GetLength(file) < 2 * slotLength)
            {
                // Longer files keep their bytes: a state in the first slot may still be whole.
                var start = RandomAccess.GetLength(file);
                disk.Write(file, path, new byte[(2 * slotLength) - start], start);
                disk.Sync(file, path);
            }

            state = slots.Newer(slots.ReadSlot(0), slots.ReadSlot(slotLength));
            return slots;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The state could not be written; the one before is still there.</exception>
    public void Write(ReadOnlySpan<byte> state)
    {
        lock (_lock)
        {
            var generation = _generation + 1;
            BinaryPrimitives.WriteUInt32LittleEndian(_slot, Mark);
            BinaryPrimitives.WriteUInt64LittleEndian(_slot.AsSpan(4), generation);
            BinaryPrimitives.WriteInt32LittleEndian(_slot.AsSpan(12), state.Length);
            state.CopyTo(_slot.AsSpan(HeaderLength));
            BinaryPrimitives.WriteUInt32LittleEndian(_slot.AsSpan(16), Sum(_slot, state.Length));
            _disk.Write(_file, Path, _slot.AsSpan(0, HeaderLength + state.Length), (long)(generation % 2) * _slot.Length);
            _generation = generation;
        }
    }

    /// <exception cref="IOException">The device did not take what was written.</exception>
    public void Sync() => _disk.Sync(_file, Path);

    public void Dispose() => _file.Dispose();

    private byte[] ReadSlot(long offset)
    {
        var slot = new byte[_slot.Length];
        var length = 0;
        while (length < slot.Length && RandomAccess.Read(_file, slot.AsSpan(length), offset + length) is > 0 and var read)
        {
            length += read;
        }

        return slot;
    }

    private byte[]? Newer(byte[] first, byte[] second)
    {
        byte[]? newest = null;
        foreach (var slot in (ReadOnlySpan<byte[]>)[first, second])
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(slot.AsSpan(12));
            var generation = BinaryPrimitives.ReadUInt64LittleEndian(slot.AsSpan(4));
            if (BinaryPrimitives.ReadUInt32LittleEndian(slot) == Mark && length >= 0 && length <= Capacity(slot.Length)
                && BinaryPrimitives.ReadUInt32LittleEndian(slot.AsSpan(16)) == Sum(slot, length) && generation > _generation)
            {
                _generation = generation;
                newest = slot[HeaderLength..(HeaderLength + length)];
            }
        }

        return newest;
    }

    private static uint Sum(byte[] slot, int length) =>
        Crc32C.Append(Crc32C.Append(Crc32C.Start, slot.AsSpan(0, 16)), slot.AsSpan(HeaderLength, length));
}
