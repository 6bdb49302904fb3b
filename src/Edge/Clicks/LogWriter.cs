namespace LinkTracker.Edge.Clicks;

/// <summary>
/// The one thread that commits the log, and opens a new one when the disk has failed. Each turn, in order:
/// <code>
///   1  take the batch        the clicks that wait; whoever comes later waits for the next turn
///   2  write and sync        everything appended so far, of any batch
///   3  mark                  durable address and count, beside the log
///   4  answer                the batch, and the readers
/// </code>
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private readonly AutoResetEvent _wake = new(false);
    private readonly LaneSet _homeless = new();
    private readonly Func<Action, LiveLog> _open;
    private readonly EpochShelf _shelf;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private LiveLog _current;
    private Epoch? _adopter;
    private Epoch? _unsealed;
    private long _written;
    private volatile bool _isTickDue;
    private volatile bool _isStopping;
    private bool _isReported;

    /// <param name="open">Opens a fresh log, given what to call when its pages wait; throws when it cannot.</param>
    public LogWriter(Func<Action, LiveLog> open, EpochShelf shelf, Func<Action, GroupCommit> commits, ILogger logger)
    {
        _open = open;
        _shelf = shelf;
        _logger = logger;
        _current = new LiveLog(_homeless, null, null);
        Commits = commits(Wake);
        _thread = new Thread(Run) { IsBackground = true, Name = "click log" };
    }

    public LiveLog Current => Volatile.Read(ref _current);

    public GroupCommit Commits { get; }

    /// <summary>Clicks that came while no log was there, at the start.</summary>
    public LaneSet Homeless => _homeless;

    /// <summary>What stopped the log; null: it is being written.</summary>
    public Exception? Failure { get; private set; }

    public void Start()
    {
        TryOpen();
        Commits.Start();
        _thread.Start();
    }

    /// <summary>Asks for a commit. Any thread.</summary>
    public void Wake() => _wake.Set();

    /// <summary>About each second: the mark is synced, and a log that failed is replaced.</summary>
    public void Tick()
    {
        _isTickDue = true;
        Wake();
    }

    /// <summary>Writes what is left, closes the log for good and waits until that is done.</summary>
    public void Stop()
    {
        _isStopping = true;
        Wake();
        _thread.Join();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            _wake.WaitOne();
            // Whoever is about to append, and shares this core, goes first: twice as many then share the commit.
            Thread.Yield();
            var isTick = _isTickDue;
            _isTickDue = false;
            if (_current.IsOpen)
            {
                Commit(isTick);
            }
            else
            {
                Commits.Answer(Commits.Take());
                if (isTick)
                {
                    Reopen();
                }
            }
        }

        Close();
    }

    private void Commit(bool isTick)
    {
        var log = _current;

        // :: 1
        var batch = Commits.Take();
        try
        {
            // :: 2
            var durable = log.Buffer!.Flush();

            // :: 3
            if (durable > _written)
            {
                _written = durable;
                log.Epoch!.Advance(durable, log.Buffer.Clicks, CarriedDrops(log.Epoch));
                _shelf.Pulse();
            }

            if (isTick)
            {
                log.Epoch!.SaveMark(CarriedDrops(log.Epoch));
                log.Epoch.SyncMark();
            }
        }
        catch (IOException e)
        {
            Fail(log, e);
        }

        // :: 4  After a failure too: what the sync did not cover is declared lost, and redirects go on.
        Commits.Answer(batch);
    }

    /// <summary>
    /// A page that failed to reach the disk may be gone from memory too, so this log ends where it was last durable.
    /// </summary>
    private void Fail(LiveLog log, Exception cause)
    {
        log.Shut();
        Failure = cause;
        Log.Failed(_logger, log.Epoch!.Id, cause);
        End(log);
    }

    private void End(LiveLog log)
    {
        log.Epoch!.Close();
        log.Buffer!.Dispose();
        _unsealed = log.Epoch;
        Seal();
        _shelf.Pulse();
    }

    private void Seal()
    {
        try
        {
            _unsealed?.SaveMark(CarriedDrops(_unsealed));
            _unsealed?.SyncMark();
        }
        catch (IOException e)
        {
            Log.MarkNotWritten(_logger, _unsealed!.Folder, e);
        }
    }

    private void Reopen()
    {
        // Again and again, because clicks that are turned away meanwhile are counted in the mark of the last log.
        Seal();
        TryOpen();
    }

    private void TryOpen()
    {
        try
        {
            var log = _open(Wake);
            _written = LogShape.First;
            _adopter ??= log.Epoch;
            Volatile.Write(ref _current, log);

            // The mark of the log before gets its last word, and only then may that log be forgotten: the housekeeper
            // never takes the newest one on the shelf.
            Seal();
            _unsealed = null;
            _shelf.Add(log.Epoch!);
            _isReported = false;
            Failure = null;
            Log.Opened(_logger, log.Epoch!.Id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = e;
            if (!_isReported)
            {
                Log.NotOpened(_logger, e);
                _isReported = true;
            }
        }
    }

    private void Close()
    {
        var log = _current;
        if (log.IsOpen)
        {
            Commit(isTick: false);
        }

        if (log.IsOpen)
        {
            log.Shut();
            End(log);
        }

        Seal();
        Commits.End();
    }

    /// <summary>The first log that opens answers for the clicks that came before it.</summary>
    private long CarriedDrops(Epoch epoch) => epoch == _adopter ? _homeless.Dropped : 0;

    /// <summary>The event stays: a thread that is late may still set it.</summary>
    public void Dispose() => Commits.Dispose();
}
