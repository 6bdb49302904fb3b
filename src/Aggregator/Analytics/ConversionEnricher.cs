using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>
/// Copies country, device and the like from a conversion's click into the conversion, so that they outlive the single
/// click. The conversion may be there before its click is counted: fresh ones are tried every second, all others once a
/// minute, until the click is older than single clicks are kept.
/// </summary>
internal sealed class ConversionEnricher(
    Database database, IClickCounts counts, BotRules bots, Settings settings, TimeProvider clock, ILogger<ConversionEnricher> logger) : BackgroundService
{
    private const int MostAtOnce = 500;
    private const int TicksOfASweep = 60;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    // ClickEvidence moves a click that seems to lie in the future, by a clock that is ahead, up to a minute back.
    private const long SkewMs = 60_000;

    private readonly ClickClassifier _classifier = new(bots);
    private long _sweptTo;
    private int _tick;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    /// <summary>Fills in what can be filled in now.</summary>
    internal async Task EnrichAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var forgotten = now - (long)settings.ClickRetention.TotalMilliseconds;
        var found = Pending(now).Select(pending => (pending, Traits: Find(pending)))
            .Where(row => row.Traits is not null || row.pending.ClickedAt < forgotten)
            .ToList();
        if (found.Count > 0)
        {
            await database.WriteAsync(session => found.Sum(row => Store(session, row.pending, row.Traits)), cancellation);
        }
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await EnrichAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever it was, it must not end the process: redirects are answered by it too.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.EnrichingFailed(logger, exception);
        }
    }

    private IReadOnlyList<PendingConversion> Pending(long now)
    {
        if (_tick++ % TicksOfASweep == 0)
        {
            _sweptTo = 0;
        }

        // A sweep goes through all of them in order, some at every tick, and waits at the end for the next.
        var rows = database.Read(session => session.Query<PendingConversion>(
            """
            SELECT id, click_token, clicked_at FROM conversions
            WHERE enriched = 0 AND (id > @sweptTo OR occurred_at > @fresh) ORDER BY id LIMIT @most
            """,
            new { sweptTo = _sweptTo, fresh = now - SkewMs, most = MostAtOnce }));
        _sweptTo = Math.Max(_sweptTo, rows.Count == 0 ? 0 : rows[^1].Id);
        return rows;
    }

    private ClickTraits? Find(PendingConversion pending)
    {
        ClickTraits? traits = null;
        if (ClickToken.TryParse(pending.ClickToken, out var token))
        {
            var scan = new ClickScan { FromMs = pending.ClickedAt, ToMs = pending.ClickedAt + SkewMs + 1, Links = new HashSet<long> { token.LinkId } };
            counts.Scan(scan, (in StoredClick click) =>
            {
                if (click.Record.Token == token)
                {
                    traits = _classifier.Classify(click.Record);
                }
            });
        }

        return traits;
    }

    // Its credit may have gone to another click since it was read.
    private static int Store(Session session, PendingConversion pending, ClickTraits? traits) => session.Execute(
        """
        UPDATE conversions SET country = @Country, device = @Device, browser = @Browser, os = @Os, referer = @Referrer, channel = @Channel,
            "trigger" = @Trigger, enriched = 1 WHERE id = @Id AND enriched = 0 AND click_token = @ClickToken
        """,
        new { traits?.Country, traits?.Device, traits?.Browser, traits?.Os, traits?.Referrer, traits?.Channel, traits?.Trigger, pending.Id, pending.ClickToken });
}

/// <summary>A conversion whose click was not yet found.</summary>
internal sealed class PendingConversion
{
    public long Id { get; set; }

    public string? ClickToken { get; set; }

    public long ClickedAt { get; set; }
}
