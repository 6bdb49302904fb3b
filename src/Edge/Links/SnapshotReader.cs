using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Edge.Links;

/// <summary>Reads a snapshot from front to end. Nothing of a block is seen before its sum was found right.</summary>
internal sealed class SnapshotReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly byte[] _block = new byte[SnapshotHeader.BlockHeaderBytes + SnapshotHeader.BlockBytes];
    private int _at;
    private int _end;
    private long _blocks;
    private long _position = SnapshotHeader.Bytes;

    /// <exception cref="InvalidDataException">The header is damaged, or the file is cut.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public SnapshotReader(string path)
    {
        _file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            var read = Fill(_block.AsSpan(0, SnapshotHeader.Bytes), fileOffset: 0);
            Header = SnapshotHeader.Read(_block.AsSpan(0, read));
            if (RandomAccess.GetLength(_file) != Header.FileBytes)
            {
                throw new InvalidDataException("it does not have the length that it should");
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public SnapshotHeader Header { get; }

    /// <summary>What the rest of the current block holds.</summary>
    public SnapshotBlock Kind => (SnapshotBlock)_block[8];

    /// <summary>Whether anything follows; loads the next block when the last one is used up.</summary>
    /// <exception cref="InvalidDataException">The block is damaged, or not the one that belongs there.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool HasMore()
    {
        if (_at < _end)
        {
            return true;
        }

        if (_position == Header.FileBytes)
        {
            return _blocks == Header.Blocks ? false : throw new InvalidDataException("blocks are missing");
        }

        NextBlock();
        return true;
    }

    /// <summary>The next record of a block of records. Valid until <see cref="HasMore"/>.</summary>
    public ReadOnlySpan<byte> NextRecord(out Code16 code)
    {
        var header = Take(SnapshotHeader.RecordHeaderBytes);
        code = new Code16(BinaryPrimitives.ReadUInt64LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]));
        return Take(BinaryPrimitives.ReadUInt16LittleEndian(header[16..]));
    }

    /// <summary>The next host of a block of domains.</summary>
    public string NextHost() => Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)))));

    public void Dispose() => _file.Dispose();

    private void NextBlock()
    {
        var header = _block.AsSpan(0, SnapshotHeader.BlockHeaderBytes);
        var read = Fill(header, _position);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (read < header.Length || length is <= 0 or > SnapshotHeader.BlockBytes)
        {
            throw Damaged();
        }

        var block = _block.AsSpan(0, header.Length + length);
        if (Fill(block[header.Length..], _position + header.Length) < length
            || BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != Header.SumOf(_blocks, block))
        {
            throw Damaged();
        }

        (_at, _end) = (header.Length, block.Length);
        _position += block.Length;
        _blocks++;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _end - _at)
        {
            throw Damaged();
        }

        var bytes = _block.AsSpan(_at, length);
        _at += length;
        return bytes;
    }

    private int Fill(Span<byte> bytes, long fileOffset)
    {
        var filled = 0;
        while (filled < bytes.Length && RandomAccess.Read(_file, bytes[filled..], fileOffset + filled) is > 0 and var read)
        {
            filled += read;
        }

        return filled;
    }

    private InvalidDataException Damaged() => new($"block {_blocks} at byte {_position} is damaged");
}
