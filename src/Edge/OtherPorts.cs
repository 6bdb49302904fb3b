using System.Collections.Concurrent;

namespace LinkTracker.Edge;

/// <summary>
/// The threads of what came in by other ports of the process, such as the API. That may block, and be much at once; on the pool, which
/// starts connections and sends what waited for a commit, it would hold up redirects for as long as it takes.
/// </summary>
internal sealed class OtherPorts : TaskScheduler, IDisposable
{
    /// <summary>Twice the cores, so that calls which wait for the disk leave none idle.</summary>
    private static readonly int ThreadCount = 2 * Environment.ProcessorCount;

    private readonly BlockingCollection<Task> _work = [];
    private readonly Thread[] _threads;

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
    public void Dispose() => _work.CompleteAdding();

    protected override void QueueTask(Task task)
    {
        try
        {
            _work.Add(task);
        }
        catch (InvalidOperationException)
        {
            // A call that has outlived the server goes on where it holds up nobody any more.
            ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Array.IndexOf(_threads, Thread.CurrentThread) >= 0 && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _work];

    private void Run()
    {
        foreach (var task in _work.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
