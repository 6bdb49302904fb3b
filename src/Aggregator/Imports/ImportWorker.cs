using System.Threading.Channels;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Imports;

/// <summary>
/// Works through the queue of imports, one at a time. What a stop interrupts goes on at the next start: from the beginning while
/// nobody saw any of it, else with the rest.
/// </summary>
internal sealed class ImportWorker(ImportStore imports, StagedLinks staged, Database database, LinkRules rules, EntityId ids, TimeProvider clock, ILogger<ImportWorker> logger)
    : BackgroundService
{
    internal static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The import that is being worked on, with counts that are newer than the database's.</summary>
    public ImportRow? Current { get; private set; }

    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the thread that starts the process: the passes below block theirs.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await imports.RecoverAsync(stoppingToken);
                await WorkAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A database that fails now must not take the process and its redirects with it.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.QueueFailed(logger, failure, RetryDelay);
                await Task.Delay(RetryDelay, clock, stoppingToken);
            }
        }
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        do
        {
            while (imports.Next() is { } import)
            {
                Current = import;
                try
                {
                    await RunAsync(import, cancellation);
                }
                catch (ImportTakenException)
                {
                    Log.ImportTaken(logger, EntityId.Format(EntityId.Import, import.Id));
                    Delete(imports.PathOf(import));
                }
                finally
                {
                    Current = null;
                }
            }
        }
        while (await _wake.Reader.WaitToReadAsync(cancellation) && _wake.Reader.TryRead(out _));
    }

    private async Task RunAsync(ImportRow import, CancellationToken cancellation)
    {
        var path = imports.PathOf(import);
        if (import.Status != "publishing")
        {
            var errors = await TryStageAsync(import, path, cancellation);
            if (errors.Count > 0)
            {
                await staged.DiscardAsync(import.Id, cancellation);
                Delete(path);
                await imports.FailAsync(import, errors, cancellation);
                Log.ImportRefused(logger, EntityId.Format(EntityId.Import, import.Id), import.RowCount, errors.Count);
                return;
            }

            // From here on it can only succeed: a failure or a stop goes on with the rest.
            await imports.SetStatusAsync(import, "publishing", cancellation);
        }

        await staged.PublishAsync(import, cancellation);
        Log.ImportDone(logger, EntityId.Format(EntityId.Import, import.Id), import.RowCount);
        Delete(path);
    }

    private async Task<IReadOnlyList<ImportError>> TryStageAsync(ImportRow import, string path, CancellationToken cancellation)
    {
        try
        {
            return await StageAsync(import, path, cancellation);
        }
        catch (ImportRefusedException refused)
        {
            return [refused.Error];
        }
#pragma warning disable CA1031 // Whatever it was, the import must say that it failed, and the next one must get its turn.
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not (ImportTakenException or StoreUnavailableException))
#pragma warning restore CA1031
        {
            Log.ImportFailed(logger, failure, EntityId.Format(EntityId.Import, import.Id));
            return [new ImportError(0, "the server failed at this import and took nothing; its log says why. Send it again.")];
        }
    }

    private async Task<IReadOnlyList<ImportError>> StageAsync(ImportRow import, string path, CancellationToken cancellation)
    {
        var upload = new FileInfo(path);
        if (!upload.Exists || upload.Length != import.Bytes)
        {
            return [new ImportError(0, "the upload was lost when the server stopped or failed; send it again.")];
        }

        import.RowCount = 0;
        await staged.DiscardAsync(import.Id, cancellation);
        await imports.SetStatusAsync(import, "validating", cancellation);
        var work = new LinkImport(import, path, rules, ids, clock.GetUtcNow().ToUnixTimeMilliseconds());
        var errors = database.Read(session => work.Validate(session, cancellation));
        if (errors.Count == 0)
        {
            await imports.SetStatusAsync(import, "importing", cancellation);
            await work.StageAsync(database, cancellation);
        }

        return errors;
    }

    // What cannot be deleted now is at the next start; the import has ended all the same.
    private void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.UploadKept(logger, failure, path);
        }
    }
}
