namespace LinkTracker.Aggregator.Links;

/// <summary>
/// Wakes the readers of link changes after each commit that changed a link, and tells writers when the readers have
/// what they wrote.
/// </summary>
internal sealed class LinkSignal
{
    private TaskCompletionSource _next = NewSource();
    private TaskCompletionSource _nextServed = NewSource();
    private long _raised;
    private long _served;
    private int _readers;

    /// <summary>Completes at the next change. Take it before reading, or a change in between is slept through.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Number of changes so far. Take it before reading: what is read then holds at least these.</summary>
    public long Raised => Volatile.Read(ref _raised);

    public void Raise()
    {
        Interlocked.Increment(ref _raised);
        Interlocked.Exchange(ref _next, NewSource()).SetResult();
    }

    public void ReaderComes() => Interlocked.Increment(ref _readers);

    public void ReaderGoes() => Interlocked.Decrement(ref _readers);

    /// <summary>The reader has taken in the first so many changes.</summary>
    public void Serve(long raised)
    {
        Volatile.Write(ref _served, raised);
        Interlocked.Exchange(ref _nextServed, NewSource()).SetResult();
    }

    /// <summary>Completes when every change so far is with the reader, when there is none, or after the limit.</summary>
    public async Task UntilServedAsync(TimeSpan limit, TimeProvider clock)
    {
        var wanted = Raised;
        var since = clock.GetTimestamp();
        while (true)
        {
            var served = Volatile.Read(ref _nextServed).Task;
            var left = limit - clock.GetElapsedTime(since);
            if (Volatile.Read(ref _served) >= wanted || Volatile.Read(ref _readers) == 0 || left <= TimeSpan.Zero)
            {
                return;
            }

            await served.WaitAsync(left, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
