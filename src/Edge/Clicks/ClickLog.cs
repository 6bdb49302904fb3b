using LinkTracker.Contracts.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Where the Edge records its clicks, on its own disk. A redirect never fails because of it: what cannot be recorded is
/// counted as declared loss.
/// </summary>
internal sealed class ClickLog : IHostedService, IDisposable
{
    private readonly ClickFolder _folder;
    private readonly LogWriter _writer;
    private readonly Housekeeper _housekeeper;
    private readonly Settings _settings;
    private readonly TimeProvider _clock;
    private ITimer? _commitTimer;
    private volatile bool _isStopped;
    private bool _isDisposed;

    /// <param name="threads">Where answers that waited for a commit go out; null: on the pool.</param>
    public ClickLog(Settings settings, TimeProvider clock, ILogger<ClickLog> logger, IoThreads? threads = null)
        : this(settings, clock, logger, LogShape.Default, fault: null, threads)
    {
    }

    /// <exception cref="IOException">Another process uses the data folder, or it cannot be written.</exception>
    internal ClickLog(Settings settings, TimeProvider clock, ILogger logger, LogShape shape, DiskFault? fault, IoThreads? threads = null)
    {
        _settings = settings;
        _clock = clock;
        Disk = new LogDisk(fault);
        _folder = new ClickFolder(settings.Data, shape, Disk, logger);
        _writer = new LogWriter(
            _folder.OpenNext,
            _folder.Shelf,
            wake => new GroupCommit(settings.DurableWait, clock, wake, threads is null ? null : threads.Run),
            logger);
        _housekeeper = new Housekeeper(_folder, _writer, shape, settings.LogRetention, clock, logger);
        Source = new LocalClickSource(_folder.Shelf, shape, logger);
        Figures = new ClickFigures(_folder, _writer, settings.Durable);
    }

    /// <summary>64 random bits, kept over restarts.</summary>
    public ulong EdgeId => _folder.Identity.Edge;

    /// <summary>Number of starts of this edge, this one included.</summary>
    public int Boot => _folder.Identity.Boot;

    /// <summary>Whether clicks are being recorded. If not, they are declared lost until a new log opens.</summary>
    public bool IsWritable => _writer.Current.IsWritable;

    /// <summary>Whether the disk takes clicks; false with <see cref="Failure"/>.</summary>
    public bool IsOpen => _writer.Current.IsOpen;

    /// <summary>Why the disk takes no clicks.</summary>
    public Exception? Failure => _writer.Failure;

    /// <summary>What other parts of the Edge keep beside the log goes to the disk by the same way.</summary>
    public LogDisk Disk { get; }

    public LocalClickSource Source { get; }

    public ClickFigures Figures { get; }

    /// <summary>For an Edge alone: nobody will ever read its clicks, so they expire by age instead of filling the disk.</summary>
    public void ExpireUnread() => _housekeeper.ExpiresUnread = true;

    /// <summary>For an Edge whose clicks travel: declares new ones lost while more than that many bytes wait on the disk.</summary>
    public void LimitBacklog(long bytes) => _housekeeper.Backlog.Limit = bytes;

    /// <summary>Does now what the housekeeper does each minute.</summary>
    internal void ForgetExpired() => _housekeeper.ForgetExpired();

    /// <summary>Does now what the housekeeper does each second.</summary>
    internal void CheckBacklog() => _housekeeper.Backlog.Check();

    /// <summary>The logs that are kept, oldest first.</summary>
    public IReadOnlyList<Epoch> Epochs => _folder.Shelf.All;

    /// <summary>
    /// Records a click; never throws, blocks or allocates while there is room. In the durable mode the click is safe, or
    /// <see cref="Settings.DurableWait"/> is over, when what is returned has been waited for; in the buffered mode there is nothing to
    /// wait for. In order:
    /// <code>
    ///   1  lane      the calling thread's own numbers, so that nothing is locked
    ///   2  encode    on the stack
    ///   3  append    into a page in memory
    /// </code>
    /// </summary>
    public ClickWait Append(scoped in ClickRecord click)
    {
        // :: 1
        var log = _writer.Current;
        var lane = log.Lanes.Mine();
        lane.Offer();

        // :: 2
        Span<byte> entry = stackalloc byte[ClickEnvelope.MaxLength];
        entry = entry[..(ClickEnvelope.HeaderLength + ClickCodec.Write(click, entry[ClickEnvelope.HeaderLength..]))];

        // :: 3
        return log.TryAppend(lane, entry) ? new ClickWait(ForCommit: _settings.Durable, null) : Refuse(log, lane, entry);
    }

    /// <summary>Completes when everything that is to be waited for is safe, or has been waited for long enough.</summary>
    public ValueTask WaitAsync(ClickWait wait, CommitWaiter waiter) => wait switch
    {
        { IsNothing: true } => default,
        { ForRoom: null } => _writer.Commits.Join(waiter),
        { ForCommit: false } => new ValueTask(wait.ForRoom),
        _ => new ValueTask(Task.WhenAll(wait.ForRoom, _writer.Commits.Join(waiter).AsTask())),
    };

    /// <summary>Records a click and waits for it.</summary>
    public ValueTask RecordAsync(scoped in ClickRecord click) => Append(click) is { IsNothing: false } wait ? WaitAsync(wait, new CommitWaiter()) : default;

    /// <summary>No room, or no log. With a log, the durable mode has time to wait for room; the buffered mode has not.</summary>
    private ClickWait Refuse(LiveLog log, Lane lane, ReadOnlySpan<byte> entry)
    {
        if (_settings.Durable && log.IsWritable)
        {
            return new ClickWait(ForCommit: false, AppendLaterAsync(entry.ToArray()));
        }

        lane.Drop();
        return default;
    }

    private async Task AppendLaterAsync(byte[] entry)
    {
        var since = _clock.GetTimestamp();
        while (_writer.Current is { IsWritable: true } && Left(since) is var left && left > TimeSpan.Zero)
        {
            await Task.WhenAny(_writer.Commits.NextAsync(), Task.Delay(left, _clock));
            var log = _writer.Current;
            if (log.TryAppend(log.Lanes.Mine(), entry))
            {
                await _writer.Commits.Join(new CommitWaiter(), since);
                return;
            }
        }

        _writer.Current.Lanes.Mine().Drop();
    }

    private TimeSpan Left(long since) => _settings.DurableWait - _clock.GetElapsedTime(since);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _folder.OpenPast();
        _writer.Start();
        if (!_settings.Durable)
        {
            _commitTimer = _clock.CreateTimer(_ => _writer.Wake(), null, _settings.CommitInterval, _settings.CommitInterval);
        }

        _housekeeper.Start();
        Source.Open();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        if (_commitTimer is not null)
        {
            await _commitTimer.DisposeAsync();
        }

        await _housekeeper.StopAsync();
        _writer.Stop();
    }

    /// <summary>May be called twice: the container knows this object as a service and as a hosted one.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _writer.Dispose();
        _housekeeper.Dispose();
        _folder.Dispose();
    }
}
