using System.Threading.Channels;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting;

/// <param name="Replayed">Clicks that left the quarantine and are counted now.</param>
/// <param name="Kept">What this version cannot read either: clicks, and whole records of Kafka.</param>
internal sealed record ReplayAnswer(long Replayed, long Kept);

/// <summary>Has the quarantine counted, as far as it can be read by now.</summary>
internal interface IQuarantineReplay
{
    /// <summary>Returns once it is done; null when it will be done, but nobody can wait for it.</summary>
    /// <exception cref="StoreUnavailableException">It was not asked for: the database does not answer.</exception>
    Task<ReplayAnswer?> AskAsync(CancellationToken cancellation);
}

/// <summary>
/// Counts the clicks in quarantine that this version can read. Anybody may ask; it is done by the thread that counts, between two
/// of its rounds, because it alone knows who clicked and moves positions.
/// </summary>
internal sealed class QuarantineReplay(SqliteClickCounts counts, CountingMetrics metrics, ILogger<QuarantineReplay> logger) : IQuarantineReplay
{
    private const int ClicksAtOnce = 10_000;

    private readonly Channel<TaskCompletionSource<ReplayAnswer?>> _asked = Channel.CreateUnbounded<TaskCompletionSource<ReplayAnswer?>>();

    public Task<ReplayAnswer?> AskAsync(CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource<ReplayAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Writer.TryWrite(asked);
        return asked.Task.WaitAsync(cancellation);
    }

    /// <summary>Ends when somebody has asked.</summary>
    public async Task AskedAsync(CancellationToken cancellation) => await _asked.Reader.WaitToReadAsync(cancellation);

    /// <summary>Does what was asked for. Nothing that was judged may be waiting to be stored.</summary>
    public void Run(ClickClassifier classifier, VisitorDays visitors)
    {
        while (_asked.Reader.TryRead(out var asked))
        {
            try
            {
                var answer = Replay(classifier, visitors);

                // Before the answer: who has it finds it in the figures.
                metrics.Moved(0, counts.Positions(), visitors.Count);
                Log.Replayed(logger, answer.Replayed, answer.Kept);
                asked.SetResult(answer);
            }
            catch (Exception exception)
            {
                asked.SetException(exception);
                throw;
            }
        }
    }

    private ReplayAnswer Replay(ClickClassifier classifier, VisitorDays visitors)
    {
        var (replayed, kept, last) = (0L, 0L, 0L);
        for (var some = counts.Replayable(last, ClicksAtOnce); some.Count > 0; some = counts.Replayable(last, ClicksAtOnce))
        {
            // In the order of the logs, as they would have been counted.
            var fold = new ClickFold(classifier, visitors, counts.Positions());
            foreach (var entry in some.OrderBy(entry => entry.Range.Log.Partition).ThenBy(entry => entry.Range.Log.Edge)
                .ThenBy(entry => entry.Range.Log.Epoch).ThenBy(entry => entry.Range.From))
            {
                fold.Replay(entry);
            }

            if (fold.Batch.Replayed.Count > 0)
            {
                counts.Commit(fold.Batch);
                visitors.Trim();
            }

            replayed += fold.Batch.Replayed.Count;
            kept += some.Count - fold.Batch.Replayed.Count;
            last = some[^1].Id;
        }

        return new ReplayAnswer(replayed, kept);
    }
}
