namespace LinkTracker.Edge.Clicks;

/// <summary>
/// One appending thread's own numbers in one log. Only that thread writes them, so nothing is locked and no cache line
/// is fought over; others read them.
/// </summary>
internal sealed class Lane(ushort id)
{
    private long _offered;
    private long _enqueued;
    private long _dropped;

    public ushort Id { get; } = id;

    /// <summary>Clicks that came.</summary>
    public long Offered => Volatile.Read(ref _offered);

    /// <summary>Clicks that went into the log's buffer; also the sequence number of the last of them.</summary>
    public long Enqueued => Volatile.Read(ref _enqueued);

    /// <summary>Clicks that did not, and were declared lost.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public void Offer() => Volatile.Write(ref _offered, _offered + 1);

    public void Enqueue() => Volatile.Write(ref _enqueued, _enqueued + 1);

    public void Drop() => Volatile.Write(ref _dropped, _dropped + 1);
}

/// <summary>
/// The lanes of one log. A thread keeps its lane as long as it lives; then the next new thread gets it, so there are
/// never more lanes than threads were alive at once, and numbers within a lane stand in the log in their order.
/// </summary>
internal sealed class LaneSet
{
    private readonly Stack<Lane> _free = new();
    private Lane[] _all = [];

    [ThreadStatic]
    private static Lease? _lease;

    public long Offered => Sum(static lane => lane.Offered);

    public long Enqueued => Sum(static lane => lane.Enqueued);

    public long Dropped => Sum(static lane => lane.Dropped);

    /// <summary>The calling thread's lane.</summary>
    public Lane Mine() => _lease is { } lease && lease.Owner == this ? lease.Lane : Rent();

    private Lane Rent()
    {
        lock (_free)
        {
            if (!_free.TryPop(out var lane))
            {
                lane = new Lane(checked((ushort)_all.Length));
                _all = [.. _all, lane];
            }

            _lease = new Lease(this, lane);
            return lane;
        }
    }

    private void Return(Lane lane)
    {
        lock (_free)
        {
            _free.Push(lane);
        }
    }

    private long Sum(Func<Lane, long> number)
    {
        var sum = 0L;
        foreach (var lane in Volatile.Read(ref _all))
        {
            sum += number(lane);
        }

        return sum;
    }

    /// <summary>Held by its thread only, so it is collected after the thread has ended or has turned to another log.</summary>
    private sealed class Lease(LaneSet owner, Lane lane)
    {
        public LaneSet Owner { get; } = owner;

        public Lane Lane { get; } = lane;

        ~Lease() => Owner.Return(Lane);
    }
}
