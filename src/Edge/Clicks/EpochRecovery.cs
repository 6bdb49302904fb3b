namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Opens the log of an earlier start and finds out where it ends. After a clean stop its mark says so. After a crash the
/// files may hold more than the mark knows of, all of it good; or, after damage, less, and then the mark tells how much.
/// </summary>
internal static class EpochRecovery
{
    /// <exception cref="IOException">The files beside the segments cannot be opened at all.</exception>
    public static Epoch Open(string folder, ulong id, ulong edge, LogShape shape, LogDisk disk, ILogger logger)
    {
        var file = SlotFile.Open(Path.Combine(folder, EpochMark.FileName), EpochMark.SlotLength, disk, out var state);
        try
        {
            var releases = new ReleaseFile(folder, id, disk);
            var mark = EpochMark.Read(state, id);
            if (mark is null)
            {
                Log.MarkDamaged(logger, folder);
            }

            var unknown = new EpochMark(edge, id, 0, LogShape.First, LogShape.First, 0, 0, IsClosed: false);
            var isClosed = mark is { IsClosed: true };

            // What the process wrote before it died may still be in memory only: nothing is handed out that is not synced.
            var isSynced = isClosed || Sync(folder, disk, logger);
            var ended = isClosed ? mark!.Value : FindEnd(folder, mark ?? unknown, mark is not null, isSynced, releases, shape, logger);
            var epoch = new Epoch(folder, ended, file, releases, null) { IsEndKnown = isSynced };
            if (!isClosed && isSynced)
            {
                SaveEnd(epoch, logger);
            }

            return epoch;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static EpochMark FindEnd(
        string folder, EpochMark mark, bool isMarked, bool isSynced, ReleaseFile releases, LogShape shape, ILogger logger)
    {
        var begin = Math.Max(mark.Begin, releases.Begin);
        var cursor = releases.Released?.Clone() ?? LogCursor.From(begin);
        var filesEnd = FilesEnd(folder, shape);
        var limit = isSynced ? Math.Max(filesEnd, mark.Durable) : mark.Durable;
        var (clicksEnd, bytesEnd) = LogScan.Advance(cursor, folder, mark.Epoch, shape, limit);
        if (filesEnd < mark.Durable)
        {
            Log.LogTooShort(logger, folder, mark.Durable - filesEnd);
        }

        // Bytes behind the last click were still being written when the process died, and nobody was answered for them.
        // Without the mark they may just as well have been clicks, and are shown.
        var end = Math.Max(mark.Durable, isMarked ? clicksEnd : bytesEnd);
        return mark with { Begin = begin, Durable = end, Total = Math.Max(mark.Total, cursor.Total), IsClosed = true };
    }

    private static long FilesEnd(string folder, LogShape shape)
    {
        var end = LogShape.First;
        foreach (var (segment, file) in Segments(folder))
        {
            end = Math.Max(end, ((long)segment << shape.SegmentBits) + Math.Min(file.Length, shape.SegmentSize));
        }

        // Entries are aligned; a file cut elsewhere ends inside one.
        return end & ~(LogFrame.Alignment - 1L);
    }

    private static bool Sync(string folder, LogDisk disk, ILogger logger)
    {
        try
        {
            foreach (var (_, file) in Segments(folder))
            {
                using var handle = File.OpenHandle(
                    file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                disk.Sync(handle, file.FullName);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.OldLogNotSynced(logger, folder, e);
            return false;
        }
    }

    private static void SaveEnd(Epoch epoch, ILogger logger)
    {
        try
        {
            epoch.SaveMark(carriedDrops: 0);
            epoch.SyncMark();
        }
        catch (IOException e)
        {
            // The next start finds the same end again.
            Log.MarkNotWritten(logger, epoch.Folder, e);
        }
    }

    /// <summary>The segment files there are, in order.</summary>
    public static IEnumerable<(int Segment, FileInfo File)> Segments(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("segment.*")
            .Select(file => (IsNumber: int.TryParse(file.Extension.AsSpan(1), out var segment), Segment: segment, File: file))
            .Where(found => found.IsNumber && found.Segment >= 0)
            .Select(found => (found.Segment, found.File))
            .OrderBy(found => found.Segment);
}
