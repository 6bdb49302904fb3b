using System.Data.Common;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Holds this Aggregator's share of the partitions, and counts each on a thread of its own. One that was frozen or cut off finds its
/// partitions with others when it comes back: its writes are refused by then, and its counters end.
/// </summary>
internal sealed class CountingPartitions(
    ClicksTopicCheck topic, PartitionLeases leases, PartitionParts parts, CountingHealth health, ILogger<CountingPartitions> logger) : BackgroundService
{
    // How long a start waits for a broker that could object to the settings.
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(3);

    private readonly Dictionary<int, PartitionWorker> _workers = [];
    private Task _checked = Task.CompletedTask;

    /// <exception cref="SettingsException">The topic of clicks does not suit the settings.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _checked = topic.RunAsync();
        await Task.WhenAny(_checked, Task.Delay(StartWait, parts.Clock, cancellationToken));
        if (_checked is { IsFaulted: true, Exception.InnerException: SettingsException })
        {
            await _checked;
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await UntilCheckedAsync(stoppingToken);
        using var timer = new PeriodicTimer(leases.Interval, parts.Clock);
        try
        {
            do
            {
                await TryShareAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }

        await LeaveAsync();
    }

    // Nothing is counted from a topic that may be the wrong one.
    private async Task UntilCheckedAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await _checked.WaitAsync(stopping);
                health.Works();
                return;
            }
            catch (Exception exception) when (exception is KafkaFailedException or SettingsException)
            {
                health.Fails(exception);
                Log.TopicUnchecked(logger, exception.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(leases.Interval, parts.Clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _checked = topic.RunAsync();
        }
    }

    // While the database is away nobody can take a lease, so whoever counts goes on.
    private async Task TryShareAsync(CancellationToken stopping)
    {
        try
        {
            await ShareAsync(stopping);
        }
        catch (DbException exception)
        {
            Log.LeasesUnreadable(logger, PostgresErrors.ReasonOf(exception));
        }
    }

    // Nothing here waits for a thread: a rebuild or a slow write may take longer than the term of the leases that are to be renewed.
    private async Task ShareAsync(CancellationToken stopping)
    {
        // :: 1  what is asked for, and what a store refused
        await parts.Replays.LookAsync(stopping);
        foreach (var worker in _workers.Values.Where(worker => worker.RefusedBy > 0))
        {
            // Nothing changes when another has the partition by now: it is lost below.
            await leases.LiftAsync(worker.Lease, worker.RefusedBy, stopping);
        }

        // :: 2  who holds what
        var view = await leases.RenewAsync(stopping);
        await LetGoAsync(view);

        // :: 3  more, up to the share; a worker that is still ending counts as one
        foreach (var lease in view.Mine.Where(lease => !_workers.ContainsKey(lease.Partition)).Take(view.Share - _workers.Count))
        {
            Begin(lease);
        }

        foreach (var partition in view.Free.Where(partition => !_workers.ContainsKey(partition)))
        {
            if (_workers.Count >= view.Share)
            {
                break;
            }

            if (await leases.TakeAsync(partition, stopping) is { } taken)
            {
                Begin(taken);
            }
        }
    }

    private async Task LetGoAsync(LeaseView view)
    {
        // Lost to another, or held under a higher fence by now: the worker of before must not go on.
        var lost = _workers.Values.Where(worker => !view.Mine.Contains(worker.Lease)).ToList();
        var surplus = _workers.Values.Except(lost).OrderByDescending(worker => worker.Lease.Partition).Take(view.Mine.Count - view.Share);
        foreach (var worker in lost.Concat(surplus))
        {
            worker.Stop();
        }

        await RemoveEndedAsync();
    }

    private void Begin(PartitionLease lease)
    {
        Log.PartitionTaken(logger, lease.Partition, lease.Fence);
        _workers.Add(lease.Partition, PartitionWorker.Start(lease, parts, health));
    }

    private async Task RemoveEndedAsync()
    {
        foreach (var worker in _workers.Values.Where(worker => worker.HasEnded).ToList())
        {
            _workers.Remove(worker.Lease.Partition);
            worker.Dispose();
            parts.Metrics.Leaves(worker.Lease.Partition);
            Log.PartitionLeft(logger, worker.Lease.Partition, worker.Lease.Fence);

            // When this fails the term ends by itself; when the lease is another's by now, nothing is released.
            await leases.ReleaseAsync(worker.Lease);
        }
    }

    private async Task LeaveAsync()
    {
        await Task.WhenAll(_workers.Values.Select(worker => worker.StopAsync()));
        try
        {
            await RemoveEndedAsync();
            await leases.LeaveAsync();
        }
        catch (DbException exception)
        {
            Log.LeasesUnreadable(logger, PostgresErrors.ReasonOf(exception));
        }
    }
}
