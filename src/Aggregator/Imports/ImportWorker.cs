using System.Threading.Channels;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Imports;

/// <summary>Works through the queue of imports, one at a time. What a stop interrupts begins again at the next start.</summary>
internal sealed class ImportWorker(ImportStore imports, Database database, LinkRules rules, LinkSignal signal, EntityId ids, TimeProvider clock, ILogger<ImportWorker> logger)
    : BackgroundService
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The import that is being worked on, with counts that are newer than the database's.</summary>
    public ImportRow? Current { get; private set; }

    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the thread that starts the process: the passes below block theirs.
        await Task.Yield();
        imports.Recover();
        do
        {
            while (imports.NextQueued() is { } import)
            {
                await RunAsync(import, stoppingToken);
            }
        }
        while (await _wake.Reader.WaitToReadAsync(stoppingToken) && _wake.Reader.TryRead(out _));
    }

    private async Task RunAsync(ImportRow import, CancellationToken cancellation)
    {
        var path = imports.PathOf(import);
        try
        {
            Current = import;
            (import.RowCount, import.Imported) = (0, 0);
            var errors = await ImportAsync(import, path, cancellation);
            if (errors.Count > 0)
            {
                await imports.FailAsync(import, errors, cancellation);
            }

            File.Delete(path);
            Log.ImportEnded(logger, EntityId.Format(EntityId.Import, import.Id), import.RowCount, errors.Count);
        }
#pragma warning disable CA1031 // Whatever it was, the import must say that it failed, and the next one must get its turn.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.ImportFailed(logger, failure, EntityId.Format(EntityId.Import, import.Id));
            await imports.FailAsync(import, [new ImportError(0, "the server failed at this import and took nothing; its log says why. Send it again.")], cancellation);
            File.Delete(path);
        }
        finally
        {
            Current = null;
        }
    }

    private async Task<IReadOnlyList<ImportError>> ImportAsync(ImportRow import, string path, CancellationToken cancellation)
    {
        var upload = new FileInfo(path);
        if (!upload.Exists || upload.Length != import.Bytes)
        {
            return [new ImportError(0, "the upload was lost when the server stopped; send it again.")];
        }

        var work = new LinkImport(import, path, rules, ids, clock.GetUtcNow().ToUnixTimeMilliseconds());
        await imports.SetStatusAsync(import, "validating", cancellation);
        var errors = database.Read(session => work.Validate(session, cancellation));
        if (errors.Count > 0)
        {
            return errors;
        }

        await imports.SetStatusAsync(import, "importing", cancellation);
        try
        {
            // The status goes with the links: after a crash the import is either done, or to be done again from its start.
            await database.WriteAsync(
                session =>
                {
                    work.Write(session, cancellation);
                    session.AfterCommit(signal.Raise);
                    return imports.Update(session, import, "done");
                },
                cancellation);
            return [];
        }
        catch (ImportRefusedException refused)
        {
            return [refused.Error];
        }
    }
}
