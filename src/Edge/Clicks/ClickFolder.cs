namespace LinkTracker.Edge.Clicks;

/// <summary>
/// The data folder's part <c>edge/</c>: the lock, the identity and the logs. One process has it at a time.
/// </summary>
internal sealed class ClickFolder : IDisposable
{
    /// <summary>EWOULDBLOCK: what a lock says that somebody has. Every other error speaks for itself.</summary>
    private const int HeldByAnother = 11;

    private readonly string _data;
    private readonly string _logs;
    private readonly LogShape _shape;
    private readonly LogDisk _disk;
    private readonly ILogger _logger;
    private readonly FileStream _lock;

    /// <exception cref="IOException">Another process uses the data folder, or it cannot be written.</exception>
    public ClickFolder(string data, LogShape shape, LogDisk disk, ILogger logger)
    {
        var folder = Path.Combine(data, "edge");
        _data = data;
        _logs = Path.Combine(folder, "log");
        _shape = shape;
        _disk = disk;
        _logger = logger;
        Directory.CreateDirectory(_logs);
        _lock = Lock(Path.Combine(folder, "lock"), data);
        var folders = EpochShelf.Folders(_logs);
        var last = folders.Count == 0 ? 0 : (uint)(folders[^1].Epoch >> 32);
        Identity = EdgeIdentity.Load(folder, [.. folders.Select(Mark).OfType<EpochMark>()], last, disk, logger);
    }

    public EdgeIdentity Identity { get; }

    public EpochShelf Shelf { get; } = new();

    /// <summary>Opens the logs of earlier starts. One that cannot be opened is left alone, and reported.</summary>
    public void OpenPast()
    {
        foreach (var (id, folder) in EpochShelf.Folders(_logs))
        {
            try
            {
                if (Identity.IsForgotten(id))
                {
                    Directory.Delete(folder, recursive: true);
                    continue;
                }

                Shelf.Add(EpochRecovery.Open(folder, id, Identity.Edge, _shape, _disk, _logger));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.OldLogNotOpened(_logger, folder, e);
            }
        }
    }

    /// <summary>Opens the next log, after the disk has shown that it takes some.</summary>
    /// <exception cref="IOException">It does not.</exception>
    public LiveLog OpenNext(Action wake)
    {
        DiskProbe.Check(_logs, (int)_shape.PageSize, _disk);

        // At the first start, this part of the data folder is new itself. What stands in it is synced where it is made.
        _disk.SyncFolder(_data);
        var lanes = new LaneSet();
        var epoch = Epoch.Create(_logs, Identity.Edge, Identity.Boot, Identity.NextEpoch(), lanes, _disk);
        return new LiveLog(lanes, epoch, new AppendBuffer(epoch.Folder, _shape, _disk, wake));
    }

    /// <summary>
    /// Takes over a log's figures, then deletes it: a crash in between deletes the folder at the next start. Others are
    /// left alone, whether older or newer: one that could not be opened at this start may be read at the next.
    /// </summary>
    /// <exception cref="IOException">The figures could not be written down, or the folder not be deleted.</exception>
    public void Forget(Epoch epoch)
    {
        // Earlier deletions are on the disk now: those folders cannot come back.
        _disk.SyncFolder(_logs);
        var (released, expired) = epoch.Progress.Done;
        Identity.Forget(
            epoch.Id,
            new ForgottenClicks(epoch.Appended, epoch.Dropped, released.Records - expired, expired, released.Missing),
            EpochShelf.Folders(_logs).Select(found => found.Epoch));
        Shelf.Remove(epoch);
        epoch.Dispose();
        Directory.Delete(epoch.Folder, recursive: true);
    }

    private static FileStream Lock(string path, string data)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == HeldByAnother)
        {
            throw new IOException(
                $"The data folder {data} is in use by another process. Stop that one, or set LinkTracker__Data to another folder.", e);
        }
    }

    private EpochMark? Mark((ulong Epoch, string Folder) log)
    {
        try
        {
            var path = Path.Combine(log.Folder, EpochMark.FileName);
            if (!File.Exists(path))
            {
                return null;
            }

            using var file = SlotFile.Open(path, EpochMark.SlotLength, _disk, out var state);
            return EpochMark.Read(state, log.Epoch);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.MarkDamaged(_logger, log.Folder);
            return null;
        }
    }

    public void Dispose()
    {
        foreach (var epoch in Shelf.All)
        {
            epoch.Dispose();
        }

        _lock.Dispose();
    }
}
