using System.Threading.Tasks.Sources;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// One who waits for commits, one after the other, such as a connection. Made once and used again, so that waiting
/// allocates nothing and keeps no thread.
/// </summary>
internal sealed class CommitWaiter : IValueTaskSource
{
    // The batch that completes it has its own work item already, so the continuation runs there.
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>Whether a click waits here to become durable; else somebody waits for room.</summary>
    public bool HoldsClick { get; init; } = true;

    /// <summary>The next in the batch.</summary>
    public CommitWaiter? Next { get; set; }

    /// <summary>Timestamp at which the wait began.</summary>
    public long Since { get; private set; }

    /// <summary>Begins a wait; the one before must be over and have been awaited.</summary>
    public ValueTask Begin(long since)
    {
        Since = since;
        _core.Reset();
        return new ValueTask(this, _core.Version);
    }

    public void Complete() => _core.SetResult(true);

    public void GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
