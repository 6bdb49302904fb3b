using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Imports;

/// <summary>
/// Looks after imports whose Aggregator is gone: an upload lies on the disk of the one that took it, so nobody else can begin it
/// again, but nobody should wait for it for ever either.
/// <code>
///   1  say that the imports here are worked on
///   2  of others, silent for ten minutes:  fail those nobody saw anything of, finish those whose links appear already
///   3  give back the keys of those that failed
/// </code>
/// </summary>
internal sealed class ImportWatch(ImportStore imports, StagedLinks staged, ImportWorker worker, TimeProvider clock, ILogger<ImportWatch> logger) : BackgroundService
{
    // Far beyond a restart, and how far the clocks of two machines may be apart.
    private static readonly TimeSpan Gone = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(30);

    private static readonly ImportError[] WasGone =
        [new ImportError(0, "the Aggregator that has the upload was not seen for ten minutes; nothing was taken. Send it again, to another one.")];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    internal async Task LookAsync(CancellationToken cancellation)
    {
        // :: 1
        await imports.BeatAsync(cancellation);

        // :: 2
        foreach (var import in imports.SilentFor(Gone))
        {
            if (import.Status == "publishing")
            {
                await imports.TakeOverAsync(import, cancellation);
                worker.Wake();
            }
            else
            {
                await FailAsync(import, cancellation);
            }

            Log.ImportAbandoned(logger, EntityId.Format(EntityId.Import, import.Id), import.Status);
        }

        // :: 3
        foreach (var import in imports.FailedWithKeys())
        {
            await staged.DiscardAsync(import, cancellation);
        }
    }

    private async Task FailAsync(ImportRow import, CancellationToken cancellation)
    {
        try
        {
            await imports.FailAsync(import, WasGone, cancellation);
        }
        catch (ImportTakenException)
        {
            // A third one was quicker.
        }
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever it was, the next look may succeed, and the process has other things to do.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.WatchFailed(logger, failure, Tick);
        }
    }
}
