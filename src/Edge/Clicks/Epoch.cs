using System.Globalization;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// One log: its folder, and how far it is durable. The writer thread moves the durable address and closes the log; readers move its
/// <see cref="Progress"/>, and the housekeeper its <see cref="Retention"/>.
/// </summary>
internal sealed class Epoch : IDisposable
{
    private readonly SlotFile _mark;
    private readonly LaneSet? _lanes;
    private readonly long _pastDropped;
    private long _durable;
    private long _total;
    private volatile bool _isClosed;

    /// <summary>A log as its mark tells it, or an empty one when <paramref name="lanes"/> are given to fill it.</summary>
    public Epoch(string folder, EpochMark mark, SlotFile markFile, ReleaseFile releases, LaneSet? lanes)
    {
        Folder = folder;
        Id = mark.Epoch;
        Edge = mark.Edge;
        Boot = mark.Boot;
        _mark = markFile;
        _lanes = lanes;
        _durable = mark.Durable;
        _total = mark.Total;
        _pastDropped = mark.Dropped;
        _isClosed = mark.IsClosed;
        var begin = Math.Max(mark.Begin, releases.Begin);
        Progress = new EpochProgress(
            releases.Released ?? LogCursor.From(begin), releases.Expired, () => _isClosed ? (Durable, Appended) : null);
        Retention = new EpochRetention(folder, Id, begin, releases, Progress);
    }

    public ulong Id { get; }

    public ulong Edge { get; }

    public int Boot { get; }

    public string Folder { get; }

    /// <summary>What the readers of this log have left of it.</summary>
    public ReadPatience Patience { get; } = new();

    public EpochProgress Progress { get; }

    public EpochRetention Retention { get; }

    /// <summary>Nothing behind it may be read. Final once <see cref="IsClosed"/> is true: read that first.</summary>
    public long Durable => Volatile.Read(ref _durable);

    public bool IsClosed => _isClosed;

    /// <summary>False for an old log that holds more than could be synced: the next start looks for its end again.</summary>
    public bool IsEndKnown { get; init; } = true;

    /// <summary>Every click of the log was counted, and there will never be more of them.</summary>
    public bool IsDone => _isClosed && IsEndKnown
        && Progress.Released.Address >= Durable && Progress.Released.Total >= Appended && Progress.Forgettable >= Durable;

    /// <summary>A click counts as appended when the buffer took it, and ceases to when its log fails before it is durable.</summary>
    public long Appended => _isClosed || _lanes is null ? Volatile.Read(ref _total) : _lanes.Enqueued;

    public long Dropped => _pastDropped + (_lanes is null ? 0 : _lanes.Dropped + (_isClosed ? _lanes.Enqueued - _total : 0));

    /// <summary>Counted where clicks come in; of an earlier start only what became of them is known.</summary>
    public long Offered => _lanes?.Offered ?? Appended + Dropped;

    public static string FolderOf(string logs, ulong epoch) => Path.Combine(logs, epoch.ToString("x16", CultureInfo.InvariantCulture));

    /// <exception cref="IOException">There is no space, or the folder cannot be written.</exception>
    public static Epoch Create(string logs, ulong edge, int boot, ulong id, LaneSet lanes, LogDisk disk)
    {
        var folder = FolderOf(logs, id);
        Directory.CreateDirectory(folder);
        SlotFile? file = null;
        try
        {
            var mark = new EpochMark(edge, id, boot, LogShape.First, LogShape.First, 0, 0, IsClosed: false);
            file = SlotFile.Open(Path.Combine(folder, EpochMark.FileName), EpochMark.SlotLength, disk, out _);
            mark.Write(file);
            file.Sync();
            var releases = new ReleaseFile(folder, id, disk);
            disk.SyncFolder(folder);
            disk.SyncFolder(logs);
            return new Epoch(folder, mark, file, releases, lanes);
        }
        catch
        {
            file?.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Writer thread: everything below the address is on the disk, and holds so many clicks.</summary>
    /// <exception cref="IOException">The mark could not be written; the clicks are durable all the same.</exception>
    public void Advance(long durable, long total, long carriedDrops)
    {
        Volatile.Write(ref _total, total);
        Volatile.Write(ref _durable, durable);
        SaveMark(carriedDrops);
    }

    /// <summary>Writer thread: the log ends at its durable address.</summary>
    public void Close() => _isClosed = true;

    /// <exception cref="IOException">The mark could not be written.</exception>
    public void SaveMark(long carriedDrops) =>
        new EpochMark(Edge, Id, Boot, Retention.Begin, Durable, _total, Dropped + carriedDrops, _isClosed).Write(_mark);

    /// <exception cref="IOException">The device did not take what was written.</exception>
    public void SyncMark() => _mark.Sync();

    public void Dispose()
    {
        _mark.Dispose();
        Retention.Dispose();
    }
}
