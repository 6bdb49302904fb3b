namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Lets many clicks wait for one commit. A click joins after it was appended, and the writer thread takes the batch
/// before it commits, so a commit covers every click of the batch it took.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    /// <summary>How often overdue batches are looked for in one <c>longestWait</c>, which no answer exceeds.</summary>
    private const int Looks = 10;

    private readonly TimeSpan _longestWait;
    private readonly TimeProvider _clock;
    private readonly Action _wake;
    private readonly Action<IThreadPoolWorkItem> _run;

    // Taking, answering and looking for what is overdue are rare and must not meet; joining is neither.
    private readonly Lock _answering = new();
    private CommitBatch _collecting;
    private volatile CommitBatch? _committing;
    private CommitBatch? _spare;
    private ITimer? _timer;
    private long _answeredBeforeDurable;
    private volatile bool _isOver;

    /// <param name="longestWait">No answer waits longer.</param>
    /// <param name="wake">Wakes the writer thread.</param>
    /// <param name="run">Where those who waited go on; null: on the pool.</param>
    public GroupCommit(TimeSpan longestWait, TimeProvider clock, Action wake, Action<IThreadPoolWorkItem>? run = null)
    {
        _longestWait = longestWait;
        _clock = clock;
        _wake = wake;
        _run = run ?? (static work => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false));
        _collecting = NewBatch();
    }

    /// <summary>Clicks whose answer did not wait for the disk any longer.</summary>
    public long AnsweredBeforeDurable => Volatile.Read(ref _answeredBeforeDurable);

    private TimeSpan Look => TimeSpan.FromTicks(Math.Max(_longestWait.Ticks / Looks, TimeSpan.TicksPerMillisecond));

    public void Start() => _timer = _clock.CreateTimer(_ => AnswerOverdue(), null, Look, Look);

    /// <summary>Completes when all that was appended before is durable, or the wait has lasted long enough.</summary>
    /// <param name="since">Timestamp at which the wait began, if that was earlier; all of the batch then wait no longer than this one.</param>
    public ValueTask Join(CommitWaiter waiter, long since = long.MaxValue)
    {
        var joined = waiter.Begin(Math.Min(since, _clock.GetTimestamp()));
        while (true)
        {
            if (!Volatile.Read(ref _collecting).TryJoin(waiter, out var isFirst))
            {
                // Answered after another one had taken its place.
                continue;
            }

            if (isFirst)
            {
                _wake();
            }

            if (_isOver)
            {
                // The writer may have ended before it could see this one. Taken, too, or the next who is late would find it answered.
                Answer(Take());
            }

            return joined;
        }
    }

    /// <summary>The next commit, for those who wait for room and not for a click.</summary>
    public async Task NextAsync() => await Join(new CommitWaiter { HoldsClick = false });

    /// <summary>Writer thread: the clicks that the commit about to begin will cover.</summary>
    public CommitBatch Take()
    {
        lock (_answering)
        {
            var batch = _collecting;
            _committing = batch;
            Replace();
            return batch;
        }
    }

    /// <summary>Writer thread: the commit of the batch is over.</summary>
    public void Answer(CommitBatch batch)
    {
        lock (_answering)
        {
            _committing = null;
            _ = batch.Answer();
        }
    }

    /// <summary>Writer thread: there will be no more commits, and nobody has to wait for one.</summary>
    public void End()
    {
        _isOver = true;
        Answer(Take());
    }

    private CommitBatch NewBatch() => new(_run) { Answered = Recycle };

    private void Replace()
    {
        // Opened only now: whoever comes late to a batch that nobody will take would wait in vain.
        var next = Interlocked.Exchange(ref _spare, null);
        next?.Reopen();
        Volatile.Write(ref _collecting, next ?? NewBatch());
    }

    private void Recycle(CommitBatch batch)
    {
        // One that was answered as overdue may still be the writer's, and is left to the collector.
        if (_committing != batch)
        {
            Volatile.Write(ref _spare, batch);
        }
    }

    private void AnswerOverdue()
    {
        lock (_answering)
        {
            if (_committing is { } committing)
            {
                AnswerIfOverdue(committing);
            }

            var collecting = _collecting;
            if (IsOverdue(collecting))
            {
                Replace();
                AnswerIfOverdue(collecting);
            }
        }
    }

    private void AnswerIfOverdue(CommitBatch batch)
    {
        if (IsOverdue(batch))
        {
            Interlocked.Add(ref _answeredBeforeDurable, batch.Answer());
        }
    }

    private bool IsOverdue(CommitBatch batch) => batch.OldestClick() is { } since && _clock.GetElapsedTime(since) + Look > _longestWait;

    public void Dispose() => _timer?.Dispose();
}
