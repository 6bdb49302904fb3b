using System.Threading.Channels;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Where requests wait for the writer. While one transaction runs, others gather, and the next takes them all: the busier, the more
/// share the flush of a disk. A single one does not wait for company.
/// </summary>
internal sealed class IntakeQueue(Database database, Intake intake, ILogger<IntakeQueue> logger) : BackgroundService
{
    private const int MostAtOnce = 128;
    private const int MostWaiting = 4_096;

    private readonly Channel<IntakeCall> _calls = Channel.CreateBounded<IntakeCall>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>The answer, once what it tells is on disk.</summary>
    /// <exception cref="ApiError">It was refused; 503 when too many wait already.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer.</exception>
    public async Task<StoredAnswer> AskAsync(IntakeCall call, CancellationToken cancellation) => _calls.Writer.TryWrite(call)
        ? await call.Answer.WaitAsync(cancellation)
        : throw ApiError.Unavailable($"{MostWaiting} requests wait already. Nothing was changed; try again in some seconds.");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _calls.Reader.WaitToReadAsync(stoppingToken))
            {
                await RunAsync(TakeWaiting(), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _calls.Writer.Complete();
            foreach (var call in TakeWaiting(MostWaiting))
            {
                call.Fail(Stopping());
            }
        }
    }

    private async Task RunAsync(List<IntakeCall> calls, CancellationToken stopping)
    {
        try
        {
            await database.WriteAsync(session => intake.Run(session, calls), stopping);
            calls.ForEach(call => call.Finish());
        }
        catch (StoreUnavailableException away)
        {
            calls.ForEach(call => call.Fail(away));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            calls.ForEach(call => call.Fail(Stopping()));
            throw;
        }
#pragma warning disable CA1031 // Whatever it was, it is the answer to one request, and must not end the others.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            await IsolateAsync(calls, failure, stopping);
        }
    }

    // Nothing of the batch was kept. One request is to blame; the others must not be.
    private async Task IsolateAsync(List<IntakeCall> calls, Exception failure, CancellationToken stopping)
    {
        if (calls is [var only])
        {
            only.Fail(failure);
            return;
        }

        Log.BatchFailed(logger, failure, calls.Count);
        foreach (var call in calls)
        {
            try
            {
                await RunAsync([call], stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Those that have their answer keep it.
                calls.ForEach(left => left.Fail(Stopping()));
                throw;
            }
        }
    }

    private List<IntakeCall> TakeWaiting(int most = MostAtOnce)
    {
        var calls = new List<IntakeCall>();
        while (calls.Count < most && _calls.Reader.TryRead(out var call))
        {
            calls.Add(call);
        }

        return calls;
    }

    private static ApiError Stopping() => ApiError.Unavailable("This process stops. Nothing was changed; try again in some seconds.");
}
