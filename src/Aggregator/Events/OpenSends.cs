using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Events;

/// <summary>Counts records that were handed over and are not done yet. One thread begins them; any ends them.</summary>
internal sealed class OpenSends
{
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    // One more than there are, until no more come.
    private int _open = 1;

    public void Begin()
    {
        _begun++;
        Interlocked.Increment(ref _open);
    }

    public void End(SendOutcome outcome)
    {
        if (outcome.Failure is { } failure)
        {
            _ = _done.TrySetException(failure);
        }

        EndOne();
    }

    /// <summary>No more come. Ends with how many there were, or with the first failure.</summary>
    public Task<int> AllDone()
    {
        EndOne();
        return _done.Task;
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _ = _done.TrySetResult(_begun);
        }
    }
}
