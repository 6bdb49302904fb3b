using System.Threading.Channels;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// Counts clicks for as long as the process lives:
/// <code>
///   1  read the stored positions     they alone say what is counted; before, a damaged store is set aside and a replay done
///   2  follow the logs from there    a pump reads ahead a little
///   3  gather what is there          up to 50 ms or 16,384 clicks make one batch
///   4  fold it                       ClickFold
///   5  store it                      one transaction with the new positions
///   6  release the log up to there
/// </code>
/// Any failure ends the round, and so does a wish for a replay; the next begins at 1 and counts again what was not stored, and nothing else.
/// </summary>
internal sealed class ClickCounter(
    IClickSource source, SqliteClickCounts counts, ClickClassifier classifier, QuarantineReplay replay, CountingMetrics metrics, CountingHealth health, TimeProvider clock, ILogger<ClickCounter> logger) : BackgroundService
{
    private const int MaxClicks = 16_384;
    private const int SlicesAhead = 8;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly VisitorDays _visitors = new(counts.LoadDay);
    private TimeSpan _delay = FirstDelay;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the caller's thread: a host starts its services one after the other.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it was, what is stored is whole, and counting must go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                await RecoverAsync(exception, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        // :: 1
        counts.Resume();
        _visitors.Forget();
        replay.Run(classifier, _visitors);
        var progress = counts.Positions();
        metrics.Moved(0, progress, _visitors.Count);

        // :: 2
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var slices = Channel.CreateBounded<ClickSlice>(new BoundedChannelOptions(SlicesAhead) { SingleReader = true, SingleWriter = true });
        var pump = PumpAsync(progress, slices.Writer, round.Token);
        try
        {
            // A replay moves positions, so the round ends there and the next begins with it.
            var asked = replay.AskedAsync(round.Token);
            while (await AnyAsync(slices.Reader, asked, round.Token))
            {
                progress = await CountAsync(progress, slices.Reader, round.Token);
            }
        }
        finally
        {
            await round.CancelAsync();
            await pump;
        }
    }

    private static async Task<bool> AnyAsync(ChannelReader<ClickSlice> slices, Task asked, CancellationToken stopping)
    {
        var more = slices.WaitToReadAsync(stopping).AsTask();
        return await Task.WhenAny(asked, more) == more && await more;
    }

    // A failure travels through the channel to the one who counts.
    private async Task PumpAsync(Dictionary<LogKey, LogProgress> progress, ChannelWriter<ClickSlice> slices, CancellationToken stopping)
    {
        try
        {
            var positions = progress.Select(log => new ClickPosition(log.Key.Partition, log.Key.Edge, log.Key.Epoch, log.Value.Next)).ToList();
            await foreach (var slice in source.ReadAsync(positions, stopping))
            {
                await slices.WriteAsync(slice, stopping);
            }

            slices.Complete(new InvalidOperationException("The source of clicks ended by itself."));
        }
#pragma warning disable CA1031 // Handed on, not swallowed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            slices.Complete(exception);
        }
    }

    private async Task<Dictionary<LogKey, LogProgress>> CountAsync(Dictionary<LogKey, LogProgress> progress, ChannelReader<ClickSlice> slices, CancellationToken stopping)
    {
        // :: 3 and 4
        var fold = new ClickFold(classifier, _visitors, progress);
        using var gathering = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var end = clock.CreateTimer(_ => gathering.Cancel(), null, Gathering, Timeout.InfiniteTimeSpan);
        do
        {
            while (fold.Batch.Clicks < MaxClicks && slices.TryRead(out var slice))
            {
                fold.Add(slice);
            }
        }
        while (fold.Batch.Clicks < MaxClicks && await MoreAsync(slices, gathering.Token, stopping));

        // :: 5
        var batch = fold.Batch;
        var began = clock.GetTimestamp();
        counts.Commit(batch);
        _visitors.Trim();
        var stored = new Dictionary<LogKey, LogProgress>(progress);
        foreach (var (log, (_, after)) in batch.Progress)
        {
            stored[log] = after;
        }

        Report(batch, stored, clock.GetElapsedTime(began));

        // :: 6
        foreach (var (log, (_, after)) in batch.Progress)
        {
            source.Release(new ClickPosition(log.Partition, log.Edge, log.Epoch, after.Next));
        }

        return stored;
    }

    // False once the time for gathering is over, or the pump has failed: what was gathered is stored all the same.
    private static async Task<bool> MoreAsync(ChannelReader<ClickSlice> slices, CancellationToken gathering, CancellationToken stopping)
    {
        if (slices.Completion.IsCompleted)
        {
            return false;
        }

        try
        {
            return await slices.WaitToReadAsync(gathering);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception) when (slices.Completion.IsFaulted)
        {
            return false;
        }
    }

    private void Report(CountBatch batch, Dictionary<LogKey, LogProgress> stored, TimeSpan duration)
    {
        foreach (var range in batch.Quarantine)
        {
            Log.Quarantined(logger, range.From, range.To, range.Log.Edge, range.Log.Epoch, range.Missing, range.Reason);
        }

        metrics.Moved(0, stored, _visitors.Count);
        metrics.Stored(duration);
        health.Works();
        _delay = FirstDelay;
    }

    private async Task RecoverAsync(Exception exception, CancellationToken stopping)
    {
        health.Fails(exception);
        Log.CountingFailed(logger, exception, _delay);
        if (exception is CountsException { IsDamage: true } damage)
        {
            counts.StartOver(damage);
        }

        await Task.Delay(_delay, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _delay = TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, LongestDelay.Ticks));
    }
}
