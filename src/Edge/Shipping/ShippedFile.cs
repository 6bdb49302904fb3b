using System.Buffers.Binary;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Shipping;

/// <summary>
/// How far one log was acknowledged by Kafka, and for each partition where its last slice up to there ended, so that the chains go on
/// after a restart. A file beside the log's segments; written and synced before the log may forget anything.
/// </summary>
/// <remarks>Kept in memory by the thread that settles; integers little-endian: epoch (8), next (8), partitions (4), ends (8 each).</remarks>
internal sealed class ShippedFile : IDisposable
{
    public const string FileName = "shipped";

    /// <summary>Room for 1,024 partitions and more.</summary>
    private const int SlotLength = 16 * 1024;

    private const int HeaderLength = 20;

    private readonly ulong _epoch;
    private readonly SlotFile _file;
    private long[] _ends = [];

    /// <summary>Opens the file, made when there is none.</summary>
    /// <exception cref="IOException">It cannot be opened, or there is no space for it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public ShippedFile(string folder, ulong epoch, LogDisk disk)
    {
        _epoch = epoch;
        var path = Path.Combine(folder, FileName);
        var isNew = !File.Exists(path);
        _file = SlotFile.Open(path, SlotLength, disk, out var state);
        try
        {
            Load(state);
            if (isNew)
            {
                disk.SyncFolder(folder);
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Everything before it is acknowledged; 0: nothing is known.</summary>
    public long Next { get; private set; }

    /// <summary>For each partition, where its last acknowledged slice before <see cref="Next"/> ended; empty: nothing is known.</summary>
    public IReadOnlyList<long> Ends => _ends;

    /// <summary>Where to go on reading each of the logs; one of which nothing is known is to be read, and sent, from its front.</summary>
    /// <exception cref="IOException">The file of a log that has something to send cannot be opened now.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    /// <exception cref="SettingsException">A log was sent to another number of partitions: its chains cannot go on.</exception>
    public static List<ClickPosition> Positions(IEnumerable<Epoch> logs, LogDisk disk, int partitions)
    {
        var positions = new List<ClickPosition>();
        foreach (var log in logs.Where(log => File.Exists(Path.Combine(log.Folder, FileName))))
        {
            using var file = TryOpen(log, disk);
            if (file is null)
            {
                positions.Add(new ClickPosition(0, log.Edge, log.Id, log.Durable));
                continue;
            }

            if (file.Ends.Count != partitions && file.Ends.Count > 0)
            {
                throw new SettingsException(
                    $"Kafka__Partitions is {partitions}, but clicks of this Edge were sent to {file.Ends.Count} partitions: the number stays as it was; set Kafka__Partitions={file.Ends.Count}.");
            }

            if (file.Next > 0)
            {
                positions.Add(new ClickPosition(0, log.Edge, log.Id, file.Next));
            }
        }

        return positions;
    }

    /// <summary>Null: it cannot be opened, and is not needed, because everything in the log was acknowledged.</summary>
    private static ShippedFile? TryOpen(Epoch log, LogDisk disk)
    {
        try
        {
            return new ShippedFile(log.Folder, log.Id, disk);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && log.IsClosed && log.Progress.Released.Address >= log.Durable)
        {
            return null;
        }
    }

    /// <summary>
    /// The log was not sent before. Every chain begins at 0, in front of all clicks, so that whoever meets the log for the first time at a
    /// later address knows that something was before it.
    /// </summary>
    public void Begin(int partitions) => _ends = new long[partitions];

    /// <summary>The slice was acknowledged, and so was everything before it.</summary>
    public void Advance(OutstandingSlice slice)
    {
        foreach (var partition in slice.Partitions)
        {
            _ends[partition] = slice.End.Next;
        }

        Next = slice.End.Next;
    }

    /// <summary>On the disk when this returns.</summary>
    /// <exception cref="IOException">It is not; the state before still is.</exception>
    public void Save()
    {
        var bytes = new byte[HeaderLength + (_ends.Length * sizeof(long))];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Next);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), _ends.Length);
        for (var i = 0; i < _ends.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeaderLength + (i * sizeof(long))), _ends[i]);
        }

        _file.Write(bytes);
        _file.Sync();
    }

    public void Dispose() => _file.Dispose();

    private void Load(byte[]? state)
    {
        if (state is { Length: > HeaderLength } && BinaryPrimitives.ReadUInt64LittleEndian(state) == _epoch
            && BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(16)) is var partitions
            && state.Length == HeaderLength + (partitions * sizeof(long)))
        {
            Next = BinaryPrimitives.ReadInt64LittleEndian(state.AsSpan(8));
            _ends = new long[partitions];
            for (var i = 0; i < partitions; i++)
            {
                _ends[i] = BinaryPrimitives.ReadInt64LittleEndian(state.AsSpan(HeaderLength + (i * sizeof(long))));
            }
        }
    }
}
