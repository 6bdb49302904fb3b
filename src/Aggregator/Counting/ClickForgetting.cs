using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting;

/// <summary>Drops single clicks once an hour when they are older than the setting says. Counts are kept for ever.</summary>
internal sealed class ClickForgetting(IClickCounts counts, Settings settings, TimeProvider clock, ILogger<ClickForgetting> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                Forget();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Forget()
    {
        try
        {
            // Whole hours, as reports ask for: the hour in which the retention begins is kept.
            var kept = clock.GetUtcNow() - settings.ClickRetention;
            var before = DateTimeOffset.FromUnixTimeMilliseconds(UtcBuckets.Hour(kept.ToUnixTimeMilliseconds()) * UtcBuckets.HourMs);
            var forgotten = counts.Forget(before);
            if (forgotten != default)
            {
                Log.ClicksForgotten(logger, forgotten.Blocks, forgotten.Quarantined, before);
            }
        }
        catch (CountsException exception)
        {
            Log.ForgettingFailed(logger, exception);
        }
    }
}
