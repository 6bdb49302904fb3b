namespace LinkTracker.Edge.Clicks;

/// <summary>How far one log's clicks were counted. Readers tell where they are and what was stored for good.</summary>
/// <remarks>Safe for many threads at once.</remarks>
/// <param name="released">What is done with already.</param>
/// <param name="expired">Clicks before it that expired unread.</param>
/// <param name="end">Where the log ends and how many clicks it holds; null while it is written.</param>
internal sealed class EpochProgress(LogCursor released, long expired, Func<(long Address, long Clicks)?> end)
{
    /// <summary>Slices on their way that may be released one by one; what is beyond is released with a later one.</summary>
    private const int MaxCheckpoints = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<LogCursor> _checkpoints = new();
    private LogCursor _released = released;
    private long _expired = expired;
    private long _lastCheckpoint = released.Address;
    private long _held = long.MaxValue;

    public LogCursor Released => Done.Released;

    /// <summary>How far the log's clicks are done with, and how many of those before it expired unread.</summary>
    public (LogCursor Released, long Expired) Done
    {
        get
        {
            lock (_lock)
            {
                return (_released, _expired);
            }
        }
    }

    /// <summary>
    /// What lies before it was counted and is not being read again. A reader that starts over, because the counts were
    /// lost or an older copy of them was restored, keeps what it still has to read.
    /// </summary>
    public long Forgettable
    {
        get
        {
            lock (_lock)
            {
                return Math.Min(_released.Address, _held);
            }
        }
    }

    /// <summary>A reader begins here; null: at the front.</summary>
    public void Hold(long? next)
    {
        lock (_lock)
        {
            _held = Math.Max(next ?? LogShape.First, LogShape.First);
        }
    }

    /// <summary>A reader has got here; from now on the place can be released.</summary>
    public void Checkpoint(LogCursor cursor)
    {
        lock (_lock)
        {
            // Read again from further back, after the counts were lost, the places are the same.
            if (cursor.Address > _lastCheckpoint)
            {
                _lastCheckpoint = cursor.Address;
                _checkpoints.Enqueue(cursor.Clone());
            }

            if (_checkpoints.Count > MaxCheckpoints)
            {
                _checkpoints.Dequeue();
            }
        }
    }

    /// <summary>Everything below the address is stored for good.</summary>
    public void Release(long next)
    {
        lock (_lock)
        {
            _held = Math.Max(_held, next);
            while (_checkpoints.TryPeek(out var first) && first.Address <= next)
            {
                _released = _checkpoints.Dequeue();
            }

            NoteMissingEnd();
        }
    }

    /// <summary>Gives up what nobody reads: the clicks before the place are neither delivered nor backlog from now on.</summary>
    public void Expire(LogCursor until)
    {
        lock (_lock)
        {
            _expired += until.Records - _released.Records;
            _released = until;
            _lastCheckpoint = Math.Max(_lastCheckpoint, until.Address);
            NoteMissingEnd();
        }
    }

    // Only after the loss of both files beside the segments: what nobody can tell any more is not "backlog".
    private void NoteMissingEnd()
    {
        if (end() is var (address, clicks) && _released.Address >= address && _released.Total < clicks)
        {
            _released = _released.Clone();
            _released.Missing += clicks - _released.Total;
        }
    }
}
