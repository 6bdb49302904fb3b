using System.Buffers.Binary;

namespace LinkTracker.Edge.Clicks;

/// <summary>How far the counting side has stored one log's clicks, how many of them nobody read, and from where the log is kept.</summary>
internal sealed class ReleaseFile : IDisposable
{
    public const string FileName = "released";

    /// <summary>Room for the numbers of about 2,000 lanes, which is more than there are threads.</summary>
    private const int SlotLength = 16 * 1024;

    private const int HeaderLength = 24;

    private readonly byte[] _bytes = new byte[SlotFile.Capacity(SlotLength)];
    private readonly ulong _epoch;
    private readonly SlotFile _file;

    /// <exception cref="IOException">The file cannot be opened, or there is no space for it.</exception>
    public ReleaseFile(string folder, ulong epoch, LogDisk disk)
    {
        _epoch = epoch;
        _file = SlotFile.Open(System.IO.Path.Combine(folder, FileName), SlotLength, disk, out var state);
        if (state is { Length: > HeaderLength } && BinaryPrimitives.ReadUInt64LittleEndian(state) == epoch)
        {
            Begin = BinaryPrimitives.ReadInt64LittleEndian(state.AsSpan(8));
            Expired = BinaryPrimitives.ReadInt64LittleEndian(state.AsSpan(16));
            Released = LogCursor.Read(state.AsSpan(HeaderLength));
        }
    }

    public string Path => _file.Path;

    /// <summary>What was found at opening.</summary>
    public long Begin { get; } = LogShape.First;

    /// <summary>What was found at opening.</summary>
    public long Expired { get; }

    /// <summary>What was found at opening; null: nothing.</summary>
    public LogCursor? Released { get; }

    /// <exception cref="IOException">The state could not be written.</exception>
    public void Write(long begin, long expired, LogCursor released)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes, _epoch);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(8), begin);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(16), expired);
        var length = released.Write(_bytes.AsSpan(HeaderLength));
        _file.Write(_bytes.AsSpan(0, HeaderLength + length));
    }

    /// <exception cref="IOException">The device did not take what was written.</exception>
    public void Sync() => _file.Sync();

    public void Dispose() => _file.Dispose();
}
