using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Work of one process of the installation at a time, whichever holds its lease. When the work fails, or the process does, another
/// one takes it over, so each piece of work must bear being begun again, and two who think that they hold the lease.
/// </summary>
/// <param name="name">Of the lease, and in what people read: "publishing links".</param>
/// <param name="meanwhile">What becomes of its work while it fails, for whoever reads the health: "rewards stay pending".</param>
internal abstract class LoneService(Database database, string name, string meanwhile, TimeProvider clock, ILogger logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile string? _failure;
    private volatile bool _isHolder;

    /// <summary>Whether this process does the work.</summary>
    public bool IsHolder => _isHolder;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_failure is { } failure
            ? HealthCheckResult.Degraded($"{name} failed ({failure}) and is being tried again; until then {meanwhile}.")
            : HealthCheckResult.Healthy());

    /// <summary>Works until it is cancelled, because the process stops or the lease was lost.</summary>
    protected abstract Task WorkAsync(CancellationToken cancellation);

    /// <summary>To be called when a piece of work has succeeded.</summary>
    protected void Succeeds() => _failure = null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await TryAsync(stoppingToken);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await using var lease = await database.TryHoldAsync(name, stopping);
            if (lease is null)
            {
                _failure = null;
                return;
            }

            using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, lease.Lost);
            await HoldAsync(both.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            LeaseLog.LeaseLost(logger, name);
        }
#pragma warning disable CA1031 // Whatever it was, it must not end the process, which has other work to do.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = exception.GetType().Name;
            LeaseLog.WorkFailed(logger, exception, name, Pause);
        }
    }

    private async Task HoldAsync(CancellationToken cancellation)
    {
        _isHolder = true;
        LeaseLog.LeaseTaken(logger, name);
        try
        {
            await WorkAsync(cancellation);
        }
        finally
        {
            _isHolder = false;
        }
    }
}
