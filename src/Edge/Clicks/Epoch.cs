using System.Globalization;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// One log: its folder, how far it is durable, and how far its clicks were counted. The writer thread moves the durable
/// address and closes the log; readers only read; the housekeeper forgets.
/// </summary>
internal sealed class Epoch : IDisposable
{
    /// <summary>Slices on their way that may be released one by one; what is beyond is released with a later one.</summary>
    private const int MaxCheckpoints = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<LogCursor> _checkpoints = new();
    private readonly SlotFile _mark;
    private readonly ReleaseFile _releases;
    private readonly LaneSet? _lanes;
    private readonly long _pastDropped;
    private LogCursor _released;
    private LogCursor? _saved;
    private long _lastCheckpoint;
    private long _held = long.MaxValue;
    private long _dated;
    private long _expired;
    private long _begin;
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
        _releases = releases;
        _lanes = lanes;
        _begin = Math.Max(mark.Begin, releases.Begin);
        _released = releases.Released ?? Start();
        _saved = releases.Released;
        _lastCheckpoint = _released.Address;
        _dated = _released.Address;
        _expired = releases.Expired;
        CountedAt = File.GetLastWriteTimeUtc(releases.Path);
        _durable = mark.Durable;
        _total = mark.Total;
        _pastDropped = mark.Dropped;
        _isClosed = mark.IsClosed;
    }

    public ulong Id { get; }

    public ulong Edge { get; }

    public int Boot { get; }

    public string Folder { get; }

    /// <summary>What the readers of this log have left of it.</summary>
    public ReadPatience Patience { get; } = new();

    public long Begin => Volatile.Read(ref _begin);

    /// <summary>Nothing behind it may be read. Final once <see cref="IsClosed"/> is true: read that first.</summary>
    public long Durable => Volatile.Read(ref _durable);

    public bool IsClosed => _isClosed;

    /// <summary>False for an old log that holds more than could be synced: the next start looks for its end again.</summary>
    public bool IsEndKnown { get; init; } = true;

    /// <summary>Every click of the log was counted, and there will never be more of them.</summary>
    public bool IsDone => _isClosed && IsEndKnown && Released.Address >= Durable && Released.Total >= Appended && Forgettable >= Durable;

    /// <summary>A click counts as appended when the buffer took it, and ceases to when its log fails before it is durable.</summary>
    public long Appended => _isClosed || _lanes is null ? Volatile.Read(ref _total) : _lanes.Enqueued;

    public long Dropped => _pastDropped + (_lanes is null ? 0 : _lanes.Dropped + (_isClosed ? _lanes.Enqueued - _total : 0));

    /// <summary>Counted where clicks come in; of an earlier start only what became of them is known.</summary>
    public long Offered => _lanes?.Offered ?? Appended + Dropped;

    public LogCursor Released => Progress.Released;

    /// <summary>How far the log's clicks are done with, and how many of those before it expired unread.</summary>
    public (LogCursor Released, long Expired) Progress
    {
        get
        {
            lock (_lock)
            {
                return (_released, _expired);
            }
        }
    }

    /// <summary>
    /// What lies before it was counted and is not being read again. A reader that starts over, because the counts were
    /// lost or an older copy of them was restored, keeps what it still has to read.
    /// </summary>
    public long Forgettable
    {
        get
        {
            lock (_lock)
            {
                return Math.Min(_released.Address, _held);
            }
        }
    }

    /// <summary>When a reader last got further.</summary>
    public DateTimeOffset CountedAt { get; private set; }

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

    /// <summary>Where reading starts when nothing is known of what lies before.</summary>
    public LogCursor Start() => Begin == LogShape.First ? new LogCursor() : new LogCursor(Begin, isComplete: false);

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
        new EpochMark(Edge, Id, Boot, Begin, Durable, _total, Dropped + carriedDrops, _isClosed).Write(_mark);

    /// <exception cref="IOException">The device did not take what was written.</exception>
    public void SyncMark() => _mark.Sync();

    /// <summary>A reader has got here; from now on the place can be released.</summary>
    public void Checkpoint(LogCursor cursor)
    {
        lock (_lock)
        {
            // Read again from further back, after the counts were lost, the places are the same.
            if (cursor.Address > _lastCheckpoint)
            {
                _lastCheckpoint = cursor.Address;
                _checkpoints.Enqueue(cursor.Clone());
            }

            if (_checkpoints.Count > MaxCheckpoints)
            {
                _checkpoints.Dequeue();
            }
        }
    }

    /// <summary>A reader begins here; null: at the front.</summary>
    public void Hold(long? next)
    {
        lock (_lock)
        {
            _held = Math.Max(next ?? LogShape.First, LogShape.First);
        }
    }

    /// <summary>Everything below the address is stored for good.</summary>
    public void Release(long next)
    {
        lock (_lock)
        {
            _held = Math.Max(_held, next);
            while (_checkpoints.TryPeek(out var first) && first.Address <= next)
            {
                _released = _checkpoints.Dequeue();
            }

            NoteMissingEnd();
        }
    }

    /// <summary>Gives up what nobody reads: the clicks below the address are neither delivered nor backlog from now on.</summary>
    /// <exception cref="IOException">A segment could not be read this time; nothing is changed.</exception>
    /// <exception cref="UnauthorizedAccessException">A segment may not be opened; nothing is changed.</exception>
    public void Expire(long until, LogShape shape)
    {
        var cursor = Released.Clone();
        LogScan.Advance(cursor, Folder, Id, shape, until);
        lock (_lock)
        {
            _expired += cursor.Records - _released.Records;
            _released = cursor;

            // Their retention is over, and does not begin now.
            _dated = cursor.Address;
            _lastCheckpoint = Math.Max(_lastCheckpoint, cursor.Address);
            NoteMissingEnd();
        }
    }

    /// <summary>Only after the loss of both files beside the segments: what nobody can tell any more is not "backlog".</summary>
    private void NoteMissingEnd()
    {
        if (_isClosed && _released.Address >= _durable && _released.Total < _total)
        {
            _released = _released.Clone();
            _released.Missing += _total - _released.Total;
        }
    }

    /// <summary>Writes down what was released since the last time.</summary>
    /// <exception cref="IOException">It could not be written; the next call tries again.</exception>
    public void SaveReleased(bool sync)
    {
        var (released, expired) = Progress;
        if (released != _saved)
        {
            _releases.Write(Begin, expired, released);
            _saved = released;
        }

        if (sync)
        {
            _releases.Sync();
        }
    }

    /// <summary>
    /// Gives segments the time at which they were counted, from which their retention runs. It goes down to the disk
    /// before what was released does, so that after a crash it is not too early.
    /// </summary>
    /// <exception cref="IOException">A file's time could not be set; the next call tries again.</exception>
    public void DateCounted(LogShape shape, DateTimeOffset now)
    {
        var counted = Forgettable;
        if (counted == _dated)
        {
            return;
        }

        for (var segment = shape.SegmentOf(_dated); segment < shape.SegmentOf(counted); segment++)
        {
            var path = LogShape.SegmentPath(Folder, segment);
            if (File.Exists(path))
            {
                File.SetLastWriteTimeUtc(path, now.UtcDateTime);
            }
        }

        // Read again from further back, segments are dated again.
        File.SetLastWriteTimeUtc(_releases.Path, now.UtcDateTime);
        _dated = counted;
        CountedAt = now;
    }

    /// <summary>Writes down that what lies before the address may be deleted.</summary>
    /// <exception cref="IOException">It could not be written down; nothing is changed.</exception>
    public void ForgetBefore(long begin)
    {
        var (released, expired) = Progress;
        _releases.Write(begin, expired, released);
        _releases.Sync();
        Volatile.Write(ref _begin, begin);
        _saved = released;
    }

    public void Dispose()
    {
        _mark.Dispose();
        _releases.Dispose();
    }
}
