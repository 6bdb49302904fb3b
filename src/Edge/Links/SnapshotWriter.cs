using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.IO;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Writes a snapshot beside the last one and puts it in its place once it is whole and on the disk. Until then, and when
/// anything fails, the last one stays.
/// </summary>
internal sealed class SnapshotWriter : IDisposable
{
    private readonly string _path;
    private readonly SnapshotHeader _header;
    private readonly SafeFileHandle _file;
    private readonly byte[] _block = new byte[SnapshotHeader.BlockHeaderBytes + SnapshotHeader.BlockBytes];
    private SnapshotBlock _kind;
    private int _used = SnapshotHeader.BlockHeaderBytes;
    private long _blocks;
    private long _end = SnapshotHeader.Bytes;

    public SnapshotWriter(string path, string source, string defaultDomain, byte[] hashKey)
    {
        _path = path;
        _header = new SnapshotHeader(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), hashKey, source, defaultDomain);
        _file = File.OpenHandle(TemporaryOf(path), FileMode.Create, FileAccess.Write);
        File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Always the same, so that what a crash leaves behind is overwritten by the next.</summary>
    public static string TemporaryOf(string path) => path + ".tmp";

    /// <param name="kind"><see cref="SnapshotBlock.Records"/> or <see cref="SnapshotBlock.Changes"/>.</param>
    /// <param name="value">Empty: the code was erased.</param>
    public void Put(SnapshotBlock kind, Code16 code, ReadOnlySpan<byte> value)
    {
        var record = Reserve(kind, SnapshotHeader.RecordHeaderBytes + value.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(record, code.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(record[8..], code.High);
        BinaryPrimitives.WriteUInt16LittleEndian(record[16..], (ushort)value.Length);
        value.CopyTo(record[SnapshotHeader.RecordHeaderBytes..]);
    }

    public void Put(string host)
    {
        var bytes = Encoding.UTF8.GetBytes(host);
        var entry = Reserve(SnapshotBlock.Domains, sizeof(ushort) + bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)bytes.Length);
        bytes.CopyTo(entry[sizeof(ushort)..]);
    }

    /// <summary>The snapshot is in its place and on the disk when this returns.</summary>
    public void Finish(long version, long links, long entries)
    {
        EndBlock();
        var header = _header with { Version = version, Links = links, Entries = entries, Blocks = _blocks, FileBytes = _end };
        RandomAccess.Write(_file, header.ToBytes(), fileOffset: 0);
        LinuxFile.DataSync(_file);
        File.Move(TemporaryOf(_path), _path, overwrite: true);
        LinuxFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
    }

    /// <summary>Takes away what was not finished.</summary>
    public void Dispose()
    {
        _file.Dispose();
        File.Delete(TemporaryOf(_path));
    }

    private Span<byte> Reserve(SnapshotBlock kind, int length)
    {
        if (kind != _kind || _used + length > _block.Length)
        {
            EndBlock();
            _kind = kind;
        }

        var space = _block.AsSpan(_used, length);
        _used += length;
        return space;
    }

    private void EndBlock()
    {
        if (_used == SnapshotHeader.BlockHeaderBytes)
        {
            return;
        }

        var block = _block.AsSpan(0, _used);
        BinaryPrimitives.WriteInt32LittleEndian(block, _used - SnapshotHeader.BlockHeaderBytes);
        block[8] = (byte)_kind;
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], _header.SumOf(_blocks, block));
        RandomAccess.Write(_file, block, _end);
        _blocks++;
        _end += _used;
        _used = SnapshotHeader.BlockHeaderBytes;
    }
}
