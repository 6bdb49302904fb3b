using System.Data.Common;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Holds this Aggregator's share of the partitions, and counts each on a thread of its own. One that was frozen or cut off finds its
/// partitions with others when it comes back: its writes are refused by then, and its counters end.
/// </summary>
internal sealed class CountingPartitions(PartitionLeases leases, PartitionParts parts, CountingHealth health, ILogger<CountingPartitions> logger) : BackgroundService
{
    private readonly Dictionary<int, PartitionWorker> _workers = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
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
