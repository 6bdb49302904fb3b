namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Those who wait for one commit. Anyone may join, without a lock, until the batch is answered. It may then be used again:
/// a click joins after it was appended, so every commit that begins once it has joined covers it, whichever one that is.
/// </summary>
internal sealed class CommitBatch(Action<IThreadPoolWorkItem> run) : IThreadPoolWorkItem
{
    /// <summary>Stands at the end of a batch that takes nobody in any more.</summary>
    private static readonly CommitWaiter Over = new();

    /// <summary>How many one thread tells: each of them then sends an answer, and other cores may be idle.</summary>
    private const int PartSize = 32;

    private CommitWaiter? _first;
    private CommitWaiter? _untold;
    private int _parts;

    /// <summary>Called once everybody has been told.</summary>
    public Action<CommitBatch>? Answered { get; init; }

    /// <summary>False when the batch has been answered.</summary>
    /// <param name="isFirst">Whether nobody had joined before.</param>
    public bool TryJoin(CommitWaiter waiter, out bool isFirst)
    {
        while (true)
        {
            var first = Volatile.Read(ref _first);
            isFirst = first is null;
            if (first == Over)
            {
                return false;
            }

            waiter.Next = first;
            if (Interlocked.CompareExchange(ref _first, waiter, first) == first)
            {
                return true;
            }
        }
    }

    /// <summary>
    /// Timestamp at which the longest wait of a click began; null: none waits. Told by those who joined, as they are: one who comes late,
    /// when the batch has been used again, leaves no time behind that is not his. Not while somebody answers.
    /// </summary>
    public long? OldestClick()
    {
        long? oldest = null;
        for (var waiter = Volatile.Read(ref _first); waiter is not null && waiter != Over; waiter = waiter.Next)
        {
            if (waiter.HoldsClick && !(oldest <= waiter.Since))
            {
                oldest = waiter.Since;
            }
        }

        return oldest;
    }

    /// <summary>
    /// Tells everybody, on other threads: the caller has the next commit to do. Returns how many clicks waited; one caller at a time.
    /// </summary>
    public int Answer()
    {
        var waiter = Interlocked.Exchange(ref _first, Over);
        if (waiter == Over)
        {
            return 0;
        }

        // The last who joined stands first; those who have waited longest are to be told first.
        var (count, clicks) = (0, 0);
        CommitWaiter? oldest = null;
        while (waiter is not null)
        {
            var next = waiter.Next;
            waiter.Next = oldest;
            (oldest, waiter) = (waiter, next);
            count++;
            clicks += oldest.HoldsClick ? 1 : 0;
        }

        if (oldest is null)
        {
            // In the buffered mode it is always so, and waking a thread for nobody is not free.
            Answered?.Invoke(this);
            return 0;
        }

        _untold = oldest;
        _parts = (count + PartSize - 1) / PartSize;
        run(this);
        return clicks;
    }

    public void Execute()
    {
        var part = _untold;
        _untold = CutBehind(part);
        if (_untold is not null)
        {
            run(this);
        }

        while (part is not null)
        {
            // Once told, it may join another batch; until then it must not keep alive whoever stood behind it.
            var next = part.Next;
            part.Next = null;
            part.Complete();
            part = next;
        }

        if (Interlocked.Decrement(ref _parts) == 0)
        {
            Answered?.Invoke(this);
        }
    }

    /// <summary>Opens it for another commit. Nobody but late joiners may know it.</summary>
    public void Reopen() => Volatile.Write(ref _first, null);

    /// <summary>Ends a part where it is as long as it may be, and returns what was behind.</summary>
    private static CommitWaiter? CutBehind(CommitWaiter? last)
    {
        for (var i = 1; i < PartSize && last is not null; i++)
        {
            last = last.Next;
        }

        var rest = last?.Next;
        if (last is not null)
        {
            last.Next = null;
        }

        return rest;
    }
}
