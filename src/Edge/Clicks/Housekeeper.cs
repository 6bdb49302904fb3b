namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Each second: writes down what was released, has the writer sync its mark, and looks at the backlog. Each minute: deletes what was counted
/// and has expired.
/// </summary>
internal sealed class Housekeeper(
    ClickFolder folder, LogWriter writer, LogShape shape, TimeSpan retention, TimeProvider clock, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private const int BeatsPerMinute = 60;

    private readonly Lock _lock = new();
    private readonly PeriodicTimer _timer = new(Beat, clock);
    private Task _running = Task.CompletedTask;

    /// <summary>Nobody reads this edge's clicks, so they expire by their age alone.</summary>
    public bool ExpiresUnread { get; set; }

    public BacklogBound Backlog { get; } = new(folder.Shelf, writer, logger);

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
            Backlog.Check();
            Try(() => SaveReleases(sync: false));
            if (beat % BeatsPerMinute == 0)
            {
                Try(ForgetExpired);
            }
        }
    }

    private void SaveReleases(bool sync)
    {
        lock (_lock)
        {
            foreach (var epoch in folder.Shelf.All)
            {
                epoch.Retention.DateCounted(shape, clock.GetUtcNow());
                epoch.Retention.Save(sync);
            }
        }
    }

    /// <summary>
    /// Deletes segments that were written and counted longer ago than the retention, then logs that are all counted.
    /// </summary>
    internal void ForgetExpired()
    {
        lock (_lock)
        {
            foreach (var epoch in folder.Shelf.All)
            {
                var expired = clock.GetUtcNow() - retention;
                if (ExpiresUnread)
                {
                    ExpireUnread(epoch, expired);
                }

                epoch.Retention.DateCounted(shape, clock.GetUtcNow());
                ForgetExpired(epoch, expired);
            }
        }
    }

    private void ExpireUnread(Epoch epoch, DateTimeOffset expired)
    {
        var until = EpochRecovery.Segments(epoch.Folder)
            .TakeWhile(found => found.File.LastWriteTimeUtc < expired)
            .Select(found => Math.Min((found.Segment + 1L) << shape.SegmentBits, epoch.Durable))
            .LastOrDefault();
        if (until > epoch.Progress.Released.Address)
        {
            epoch.Retention.Expire(until, shape);
        }
    }

    private void ForgetExpired(Epoch epoch, DateTimeOffset expired)
    {
        var begin = epoch.Retention.Begin;
        var isAllExpired = true;
        foreach (var (segment, file) in EpochRecovery.Segments(epoch.Folder))
        {
            isAllExpired &= file.LastWriteTimeUtc < expired;
            var end = (segment + 1L) << shape.SegmentBits;
            if (isAllExpired && end <= epoch.Progress.Forgettable)
            {
                begin = Math.Max(begin, end);
            }
        }

        if (begin > epoch.Retention.Begin)
        {
            epoch.Retention.ForgetBefore(begin);
        }

        DeleteForgotten(epoch);
        if (isAllExpired && IsOver(epoch, expired))
        {
            folder.Forget(epoch);
            Log.Forgotten(logger, epoch.Id);
        }
    }

    /// <summary>Also what an earlier pass wrote down and could not delete.</summary>
    private void DeleteForgotten(Epoch epoch)
    {
        foreach (var (_, file) in EpochRecovery.Segments(epoch.Folder).TakeWhile(found => found.Segment < shape.SegmentOf(epoch.Retention.Begin)))
        {
            file.Delete();
        }
    }

    /// <summary>Never the newest, which the writer may hold.</summary>
    private bool IsOver(Epoch epoch, DateTimeOffset expired) =>
        epoch != folder.Shelf.All[^1] && epoch.IsDone && epoch.Retention.CountedAt < expired
        && File.GetLastWriteTimeUtc(Path.Combine(epoch.Folder, EpochMark.FileName)) < expired;

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
