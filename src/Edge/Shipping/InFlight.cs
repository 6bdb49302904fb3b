namespace LinkTracker.Edge.Shipping;

/// <summary>
/// What was sent and not acknowledged, in the order of the log. Partitions acknowledge independently of each other; what may be
/// released is the part of the log before the first record that is still open.
/// </summary>
internal sealed class InFlight(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Queue<OutstandingSlice> _open = new();
    private List<OutstandingSlice> _acknowledged = [];
    private TaskCompletionSource _changed = NewSignal();
    private Exception? _failure;
    private int _records;
    private long _firstSince;

    /// <summary>Most slices of the log that may be open at once.</summary>
    public required int Capacity { get; set; }

    /// <summary>Completes at the next acknowledgement or failure. Take it before looking, or a change in between is missed.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>What became of the first record that failed. The slice it belongs to, and all behind it, are never acknowledged.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Records that were not acknowledged yet.</summary>
    public int Records => Volatile.Read(ref _records);

    /// <summary>
    /// For how long the same slice has been the first that is open; zero when none is. Partitions that go on do not shorten it for one that is stuck,
    /// and the time in a queue that moves does not lengthen it.
    /// </summary>
    public TimeSpan Standstill
    {
        get
        {
            lock (_lock)
            {
                return _open.Count == 0 ? TimeSpan.Zero : clock.GetElapsedTime(_firstSince);
            }
        }
    }

    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _open.Count >= Capacity;
            }
        }
    }

    /// <summary>The next slice of the log; one without records is acknowledged with those before it.</summary>
    public void Add(OutstandingSlice slice)
    {
        lock (_lock)
        {
            if (_open.Count == 0)
            {
                _firstSince = clock.GetTimestamp();
            }

            _open.Enqueue(slice);
            _records += slice.Left;
            MovePrefix();
        }

        if (slice.Left == 0)
        {
            Pulse();
        }
    }

    /// <summary>One record of the slice is with all in-sync replicas. Any thread.</summary>
    public void Acknowledge(OutstandingSlice slice)
    {
        lock (_lock)
        {
            slice.Left--;
            _records--;
            MovePrefix();
        }

        Pulse();
    }

    /// <summary>A record may be with Kafka or not. Any thread.</summary>
    public void Fail(Exception cause)
    {
        Interlocked.CompareExchange(ref _failure, cause, null);
        Pulse();
    }

    /// <summary>What was acknowledged since the last call, with everything before it, in the order of the log.</summary>
    public IReadOnlyList<OutstandingSlice> TakeAcknowledged()
    {
        lock (_lock)
        {
            var taken = _acknowledged;
            _acknowledged = [];
            return taken;
        }
    }

    private void MovePrefix()
    {
        while (_open.TryPeek(out var first) && first.Left == 0)
        {
            _acknowledged.Add(_open.Dequeue());
            _firstSince = clock.GetTimestamp();
        }
    }

    private void Pulse() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
