namespace LinkTracker.Edge.Clicks;

/// <summary>
/// From where one log is kept, and since when its clicks are counted. Only the housekeeper moves it, and writes down beside the segments
/// how far the log's readers have got.
/// </summary>
/// <param name="begin">The address from which the log was kept so far.</param>
/// <param name="file">What was written down at an earlier start, and will be at this one; disposed with this.</param>
internal sealed class EpochRetention(string folder, ulong id, long begin, ReleaseFile file, EpochProgress progress) : IDisposable
{
    private long _begin = begin;
    private LogCursor? _saved = file.Released;
    private long _dated = progress.Released.Address;

    /// <summary>The address from which the log is kept.</summary>
    public long Begin => Volatile.Read(ref _begin);

    /// <summary>When a reader last got further.</summary>
    public DateTimeOffset CountedAt { get; private set; } = File.GetLastWriteTimeUtc(file.Path);

    /// <summary>Gives up what nobody reads: the clicks below the address are neither delivered nor backlog from now on.</summary>
    /// <exception cref="IOException">A segment could not be read this time; nothing is changed.</exception>
    /// <exception cref="UnauthorizedAccessException">A segment may not be opened; nothing is changed.</exception>
    public void Expire(long until, LogShape shape)
    {
        var cursor = progress.Released.Clone();
        LogScan.Advance(cursor, folder, id, shape, until);
        progress.Expire(cursor);

        // Their retention is over, and does not begin now.
        _dated = cursor.Address;
    }

    /// <summary>
    /// Gives segments the time at which they were counted, from which their retention runs. It goes down to the disk
    /// before what was released does, so that after a crash it is not too early.
    /// </summary>
    /// <exception cref="IOException">A file's time could not be set; the next call tries again.</exception>
    public void DateCounted(LogShape shape, DateTimeOffset now)
    {
        var counted = progress.Forgettable;
        if (counted == _dated)
        {
            return;
        }

        for (var segment = shape.SegmentOf(_dated); segment < shape.SegmentOf(counted); segment++)
        {
            var path = LogShape.SegmentPath(folder, segment);
            if (File.Exists(path))
            {
                File.SetLastWriteTimeUtc(path, now.UtcDateTime);
            }
        }

        // Read again from further back, segments are dated again.
        File.SetLastWriteTimeUtc(file.Path, now.UtcDateTime);
        _dated = counted;
        CountedAt = now;
    }

    /// <summary>Writes down what was released since the last time.</summary>
    /// <exception cref="IOException">It could not be written; the next call tries again.</exception>
    public void Save(bool sync)
    {
        var (released, expired) = progress.Done;
        if (released != _saved)
        {
            file.Write(Begin, expired, released);
            _saved = released;
        }

        if (sync)
        {
            file.Sync();
        }
    }

    /// <summary>Writes down that what lies before the address may be deleted.</summary>
    /// <exception cref="IOException">It could not be written down; nothing is changed.</exception>
    public void ForgetBefore(long begin)
    {
        var (released, expired) = progress.Done;
        file.Write(begin, expired, released);
        file.Sync();
        Volatile.Write(ref _begin, begin);
        _saved = released;
    }

    public void Dispose() => file.Dispose();
}
