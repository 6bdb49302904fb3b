using System.Data.Common;
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
            Log.LeasesUnreadable(logger, exception);
        }
    }

    private async Task ShareAsync(CancellationToken stopping)
    {
        await parts.Replays.LookAsync(stopping);
        foreach (var worker in _workers.Values.Where(worker => worker.RefusedBy > 0))
        {
            // Nothing changes when another has the partition by now: it is lost below.
            await leases.LiftAsync(worker.Lease, worker.RefusedBy, stopping);
        }

        var view = await leases.RenewAsync(stopping);
        var mine = view.Mine.ToDictionary(lease => lease.Partition);

        // Lost to another, or taken anew under a higher fence: the worker of before must not go on.
        await EndAsync([.. _workers.Values.Where(worker => !mine.TryGetValue(worker.Lease.Partition, out var lease) || lease != worker.Lease)], release: false);
        await EndAsync([.. _workers.Values.OrderByDescending(worker => worker.Lease.Partition).Take(mine.Count - view.Share)], release: true);
        foreach (var lease in view.Mine.Where(lease => !_workers.ContainsKey(lease.Partition)).Take(view.Share - _workers.Count))
        {
            Begin(lease);
        }

        foreach (var partition in view.Free)
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

    private void Begin(PartitionLease lease)
    {
        Log.PartitionTaken(logger, lease.Partition, lease.Fence);
        _workers.Add(lease.Partition, PartitionWorker.Start(lease, parts, health));
    }

    private async Task EndAsync(IReadOnlyCollection<PartitionWorker> workers, bool release)
    {
        await Task.WhenAll(workers.Select(worker => worker.StopAsync()));
        foreach (var worker in workers)
        {
            worker.Dispose();
            _workers.Remove(worker.Lease.Partition);
            parts.Metrics.Leaves(worker.Lease.Partition);
            Log.PartitionLeft(logger, worker.Lease.Partition, worker.Lease.Fence);
            if (release)
            {
                await leases.ReleaseAsync(worker.Lease);
            }
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            await EndAsync([.. _workers.Values], release: true);
            await leases.LeaveAsync();
        }
        catch (DbException exception)
        {
            Log.LeasesUnreadable(logger, exception);
        }
    }
}
