using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Carries changes from the source into the table, as its only writer. When the source fails, what is in the table goes on
/// redirecting, and reading resumes behind the last change that was taken in.
/// </summary>
internal sealed class LinkFeed(
    ILinkSource source, LinkTable table, LinkSnapshots snapshots, TimeProvider clock, ILogger<LinkFeed> logger) : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);

    private TimeSpan _delay = FirstDelay;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await snapshots.RestoreAsync(stoppingToken);
            while (true)
            {
                await ReadUntilItFailsAsync(stoppingToken);
                await Task.Delay(_delay, clock, stoppingToken);
                _delay = TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, LongestDelay.Ticks));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task ReadUntilItFailsAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var batch in source.ReadAsync(table.Version, stopping))
            {
                Take(batch);
            }

            throw new InvalidOperationException("The source of links ended, which it must never do.");
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            Log.LinksUnreadable(logger, failure, _delay);
        }
    }

    private void Take(LinkBatch batch)
    {
        if (batch.StartsOver)
        {
            table.BeginRenewal();
        }

        foreach (var change in batch.Changes)
        {
            _ = table.Apply(change);
        }

        _delay = FirstDelay;
        if (batch.CaughtUp && table.EndRenewal() is { } removed)
        {
            Log.LinksRenewed(logger, table.Count, removed);
        }

        if ((batch.CaughtUp || batch.MayServe) && !table.IsLoaded)
        {
            table.MarkLoaded();
            Log.LinksLoaded(logger, table.Count, table.Bytes >> 20);
        }
    }
}
