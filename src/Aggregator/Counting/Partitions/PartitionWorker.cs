using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>A thread that counts one partition, round after round, until it is stopped.</summary>
internal sealed class PartitionWorker : IDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly PartitionParts _parts;
    private readonly CountingHealth _health;
    private readonly Task _work;
    private long _refusedBy;

    private PartitionWorker(PartitionLease lease, PartitionParts parts, CountingHealth health)
    {
        Lease = lease;
        _parts = parts;
        _health = health;
        _work = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public PartitionLease Lease { get; }

    /// <summary>The higher fence under which a store has the partition; 0: none was met.</summary>
    public long RefusedBy => Volatile.Read(ref _refusedBy);

    /// <summary>Whether its thread has ended, with everything that it could store in the stores.</summary>
    public bool HasEnded => _work.IsCompleted;

    public static PartitionWorker Start(PartitionLease lease, PartitionParts parts, CountingHealth health) => new(lease, parts, health);

    /// <summary>Asks the thread to end. What it is at takes its time: nobody who has leases to renew should wait for it.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>Asks the thread to end, and returns when it has.</summary>
    public Task StopAsync()
    {
        Stop();
        return _work;
    }

    /// <summary>To be called once it has ended.</summary>
    public void Dispose() => _stopping.Dispose();

    private void Work()
    {
        CountUntilStopped();
        _health.Works(Lease.Partition);
    }

    private void CountUntilStopped()
    {
        var (delay, isDamaged) = (FirstDelay, false);
        while (!_stopping.IsCancellationRequested)
        {
            var began = _parts.Clock.GetTimestamp();
            try
            {
                PartitionCounter.Run(Lease, _parts, isDamaged, () => _health.Works(Lease.Partition), _stopping.Token);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it was, what is stored is whole, and counting must go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // A round that lasted was a good one.
                delay = _parts.Clock.GetElapsedTime(began) > LongestDelay ? FirstDelay : TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestDelay.Ticks));
                if (exception is PositionMovedException { Fence: var fence } && fence > Lease.Fence)
                {
                    Volatile.Write(ref _refusedBy, fence);
                }

                isDamaged = exception is CountsException { IsDamage: true };
                _health.Fails(exception, Lease.Partition);
                Log.PartitionFailed(_parts.Logger, exception, Lease.Partition, delay);
            }

            _stopping.Token.WaitHandle.WaitOne(delay);
        }
    }
}
