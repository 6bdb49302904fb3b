namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Each second: writes down what was released, and has the writer sync its mark. Each minute: deletes what was counted
/// and has expired.
/// </summary>
internal sealed class Housekeeper(
    ClickFolder folder, LogWriter writer, LogShape shape, TimeSpan retention, TimeProvider clock, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private const int BeatsPerMinute = 60;

    private readonly PeriodicTimer _timer = new(Beat, clock);
    private Task _running = Task.CompletedTask;

    public void Start() => _running = RunAsync();

    public async Task StopAsync()
    {
        _timer.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        // A timer of the system's clock would hold the first beat on the thread that starts the service.
        for (var beat = 1; await _timer.WaitForNextTickAsync(); beat++)
        {
            writer.Tick();
            Try(() => SaveReleases(sync: false));
            if (beat % BeatsPerMinute == 0)
            {
                Try(ForgetExpired);
            }
        }
    }

    private void SaveReleases(bool sync)
    {
        foreach (var epoch in folder.Shelf.All)
        {
            epoch.SaveReleased(sync);
        }
    }

    /// <summary>Deletes counted segments whose last write is longer ago than the retention, then logs that are all counted.</summary>
    internal void ForgetExpired()
    {
        var expired = clock.GetUtcNow() - retention;
        foreach (var epoch in folder.Shelf.All)
        {
            var begin = epoch.Begin;
            var isAllExpired = true;
            foreach (var (segment, file) in EpochRecovery.Segments(epoch.Folder))
            {
                isAllExpired &= file.LastWriteTimeUtc < expired;
                var end = (segment + 1L) << shape.SegmentBits;
                if (isAllExpired && end <= epoch.Forgettable)
                {
                    begin = Math.Max(begin, end);
                }
            }

            if (begin > epoch.Begin)
            {
                epoch.ForgetBefore(begin, shape);
            }

            if (isAllExpired && IsOldOfSeveral(epoch) && IsDone(epoch, expired))
            {
                Remove(epoch);
            }
        }
    }

    /// <summary>Oldest first, so that one number tells which are forgotten; never the newest, which the writer may hold.</summary>
    private bool IsOldOfSeveral(Epoch epoch) => folder.Shelf.All is [var first, _, ..] && first == epoch;

    private static bool IsDone(Epoch epoch, DateTimeOffset expired) =>
        epoch.IsClosed && epoch.Released.Total >= epoch.Appended && epoch.Forgettable >= epoch.Released.Address
        && File.GetLastWriteTimeUtc(Path.Combine(epoch.Folder, EpochMark.FileName)) < expired;

    /// <summary>First the figures, then the folder: a crash in between deletes the folder at the next start.</summary>
    private void Remove(Epoch epoch)
    {
        var released = epoch.Released;
        folder.Identity.Forget(epoch.Id, new ForgottenClicks(epoch.Appended, epoch.Dropped, released.Records, released.Missing));
        folder.Shelf.Remove(epoch);
        epoch.Dispose();
        Directory.Delete(epoch.Folder, recursive: true);
        Log.Forgotten(logger, epoch.Id);
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.HousekeepingFailed(logger, e);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Try(() => SaveReleases(sync: true));
    }
}
