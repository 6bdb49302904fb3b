namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Lets many clicks wait for one commit. A click joins after it was appended, and the writer thread takes the batch
/// before it commits, so a commit covers every click of the batch it took.
/// </summary>
internal sealed class GroupCommit(TimeSpan longestWait, TimeProvider clock, Action wake) : IDisposable
{
    /// <summary>How often overdue batches are looked for in one <c>longestWait</c>, which no answer exceeds.</summary>
    private const int Looks = 10;

    private Batch _collecting = new();
    private Batch _committing = new();
    private ITimer? _timer;
    private long _answeredBeforeDurable;
    private volatile bool _isOver;

    /// <summary>Clicks whose answer did not wait for the disk any longer.</summary>
    public long AnsweredBeforeDurable => Volatile.Read(ref _answeredBeforeDurable);

    private TimeSpan Look => TimeSpan.FromTicks(Math.Max(longestWait.Ticks / Looks, TimeSpan.TicksPerMillisecond));

    public void Start() => _timer = clock.CreateTimer(_ => AnswerOverdue(), null, Look, Look);

    /// <summary>Completes when the click that was just appended is durable, or has waited long enough.</summary>
    public ValueTask Join()
    {
        while (true)
        {
            var batch = Volatile.Read(ref _collecting);
            var waiting = Interlocked.Increment(ref batch.Waiting);
            if (waiting == 1 && !_isOver)
            {
                Volatile.Write(ref batch.Since, clock.GetTimestamp());
                wake();
            }

            if (_isOver)
            {
                return default;
            }

            if (waiting > 0)
            {
                return new ValueTask(batch.Task);
            }

            // This batch was answered as overdue, after another one had taken its place.
        }
    }

    /// <summary>The next commit, for those who wait for room and not for a click.</summary>
    public Task Next()
    {
        var next = Volatile.Read(ref _collecting).Task;
        wake();
        return next;
    }

    /// <summary>Writer thread: the clicks that the commit about to begin will cover.</summary>
    public Batch Take()
    {
        var batch = Interlocked.Exchange(ref _collecting, new Batch());
        Volatile.Write(ref _committing, batch);
        return batch;
    }

    /// <summary>Writer thread: there will be no more commits, and nobody has to wait for one.</summary>
    public void End()
    {
        _isOver = true;
        Take().Answer();
    }

    private void AnswerOverdue()
    {
        AnswerIfOverdue(Volatile.Read(ref _committing));
        var collecting = Volatile.Read(ref _collecting);
        if (IsOverdue(collecting) && Interlocked.CompareExchange(ref _collecting, new Batch(), collecting) == collecting)
        {
            AnswerIfOverdue(collecting);
        }
    }

    private void AnswerIfOverdue(Batch batch)
    {
        if (IsOverdue(batch) && !batch.Task.IsCompleted)
        {
            // Whoever joins from here on sees a negative number and takes the next batch.
            var waiting = Interlocked.Exchange(ref batch.Waiting, long.MinValue);
            Interlocked.Add(ref _answeredBeforeDurable, Math.Max(waiting, 0));
            batch.Answer();
        }
    }

    private bool IsOverdue(Batch batch) =>
        Volatile.Read(ref batch.Since) is not 0 and var since && clock.GetElapsedTime(since) + Look > longestWait;

    public void Dispose() => _timer?.Dispose();

    internal sealed class Batch
    {
        // One object for all who wait, and their requests go on elsewhere: the writer thread has the next commit to do.
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Waiting;

        /// <summary>Timestamp of the first who joined; 0: nobody has.</summary>
        public long Since;

        public Task Task => _done.Task;

        public void Answer() => _done.TrySetResult();
    }
}
