namespace LinkTracker.Edge;

/// <summary>
/// The threads of what came in by other ports of the process, such as the API. That may block, and be much at once; on the pool, which
/// starts connections and sends what waited for a commit, it would hold up redirects for as long as it takes.
/// </summary>
internal sealed class OtherPorts : TaskScheduler, IDisposable
{
    /// <summary>Twice the cores, so that calls which wait for the disk leave none idle.</summary>
    private static readonly int ThreadCount = 2 * Environment.ProcessorCount;

    // Guards itself. A collection that blocks would spin before it sleeps: on each idle moment of an API under load, a fifth of all processor time.
    private readonly Queue<Task> _work = [];
    private readonly Thread[] _threads;
    private bool _isOver;

    public OtherPorts()
    {
        _threads = [.. Enumerable.Range(0, ThreadCount).Select(_ => new Thread(Run) { IsBackground = true, Name = "other ports" })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    public override int MaximumConcurrencyLevel => ThreadCount;

    /// <summary>Handles a request. It keeps a thread while it works or blocks, and none while it awaits.</summary>
    public Task Handle(RequestDelegate handler, HttpContext context) =>
        Task.Factory.StartNew(() => handler(context), CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>The threads end when they have done what is left. None is waited for: a call may block for longer than a stop may take.</summary>
    public void Dispose()
    {
        lock (_work)
        {
            _isOver = true;
            Monitor.PulseAll(_work);
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_work)
        {
            if (!_isOver)
            {
                _work.Enqueue(task);
                Monitor.Pulse(_work);
                return;
            }
        }

        // A call that has outlived the server goes on where it holds up nobody any more.
        ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Array.IndexOf(_threads, Thread.CurrentThread) >= 0 && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_work)
        {
            return [.. _work];
        }
    }

    private void Run()
    {
        while (Next() is { } task)
        {
            TryExecuteTask(task);
        }
    }

    private Task? Next()
    {
        lock (_work)
        {
            while (_work.Count == 0 && !_isOver)
            {
                Monitor.Wait(_work);
            }

            return _work.TryDequeue(out var task) ? task : null;
        }
    }
}
