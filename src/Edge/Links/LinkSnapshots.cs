using LinkTracker.Contracts.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Keeps a copy of the table in the data folder, so that a start need not ask the source for every link. It is never more
/// than that: on any doubt it is thrown away, and the source tells all.
/// </summary>
/// <remarks>
/// A copy is written after the first load, and again when a hundredth of the links has changed since: fewer are read from the source sooner
/// than all are written. It is added before <see cref="LinkFeed"/>, so it stops after it.
/// </remarks>
internal sealed class LinkSnapshots(
    ILinkSource source, LinkTable table, Settings settings, TimeProvider clock, ILogger<LinkSnapshots> logger) : BackgroundService
{
    private const int Share = 100;
    private const int Attempts = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly string _path = PathIn(settings);
    private readonly Lock _saving = new();
    private (string? Source, long Version) _covered;

    public static string PathIn(Settings settings) => Path.Combine(settings.Data, "edge", "links.snapshot");

    /// <summary>Fills the table, which is empty, from the snapshot if there is one that still holds.</summary>
    public async Task RestoreAsync(CancellationToken stopping)
    {
        if (!File.Exists(_path))
        {
            return;
        }

        try
        {
            using var file = new SnapshotReader(_path);
            var header = file.Header;
            if (!await source.HoldsAsync(new LinkPoint(header.Source, header.Version), stopping))
            {
                throw new InvalidDataException("it is of another source, or ahead of it");
            }

            var since = clock.GetTimestamp();
            table.Restore(file);
            _covered = (header.Source, header.Version);
            Log.SnapshotRestored(logger, header.Links, header.Version, clock.GetElapsedTime(since));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Log.SnapshotRefused(logger, _path, e.Message);
            ThrowAway();
        }
    }

    /// <summary>Writes a snapshot when enough has changed since the last.</summary>
    /// <returns>Whether one was written.</returns>
    public bool Save(CancellationToken stopping)
    {
        lock (_saving)
        {
            return table.IsLoaded && source.Name is { } name && IsWorthwhile(name) && TrySave(name, stopping);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await Task.Run(() => Save(cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The process must end; the snapshot before is still there.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            await table.Loaded.WaitAsync(stoppingToken);
            do
            {
                _ = Save(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private bool IsWorthwhile(string name) => table.Refused == 0 && table.LostBytes == 0 && table.Version > 0 && (name, table.Version) != _covered
        && (name != _covered.Source || (table.Version - _covered.Version) * Share >= table.Count);

    private bool TrySave(string name, CancellationToken stopping)
    {
        try
        {
            var since = clock.GetTimestamp();
            _ = Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (table.TrySave(_path, name, stopping) is { } version)
                {
                    _covered = (name, version);
                    Log.SnapshotSaved(logger, version, clock.GetElapsedTime(since));
                    return true;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SnapshotNotSaved(logger, e);
        }

        return false;
    }

    private void ThrowAway()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SnapshotNotSaved(logger, e);
        }
    }
}
