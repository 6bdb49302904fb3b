using System.Globalization;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>
/// Tells webhooks what is due. Each has its own turn, so that one that is slow or away holds up nobody but itself. What was sent when the
/// process ended before it could note so is sent again, under the same id.
/// </summary>
internal sealed class WebhookSender(Database database, WebhookClient client, TimeProvider clock, ILogger<WebhookSender> logger)
    : LoneService(database, "sending webhooks", "what webhooks are to be told waits in the database", clock, logger)
{
    private const int MostOfEach = 10;
    private const int ForgottenAtOnce = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan ForgettingPause = TimeSpan.FromHours(1);

    private readonly Database _database = database;
    private readonly TimeProvider _clock = clock;
    private long _attempts;

    /// <summary>Requests that this process sent.</summary>
    public long Attempts => Volatile.Read(ref _attempts);

    protected override async Task WorkAsync(CancellationToken cancellation)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var turns = new Dictionary<long, Task>();
        try
        {
            for (var forgetAt = Now(); ; await Task.Delay(Pause, _clock, own.Token))
            {
                await EndTurnsAsync(turns);
                BeginTurns(turns, own.Token);
                if (Now() >= forgetAt)
                {
                    await ForgetAsync(own.Token);
                    forgetAt = Now() + (long)ForgettingPause.TotalMilliseconds;
                }

                Succeeds();
            }
        }
        finally
        {
            // Whoever takes over must not send beside them.
            await own.CancelAsync();
            await Task.WhenAll(turns.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task EndTurnsAsync(Dictionary<long, Task> turns)
    {
        foreach (var (webhook, turn) in turns.Where(one => one.Value.IsCompleted).ToList())
        {
            turns.Remove(webhook);
            await turn;
        }
    }

    private void BeginTurns(Dictionary<long, Task> turns, CancellationToken cancellation)
    {
        var (webhooks, due) = _database.Read(session => (WebhookStore.All(session), DeliveryStore.Due(session, Now(), MostOfEach)));
        foreach (var some in due.GroupBy(one => one.WebhookId).Where(some => !turns.ContainsKey(some.Key)))
        {
            var webhook = webhooks.Single(row => row.Id == some.Key);
            turns.Add(some.Key, Task.WhenAll(some.Select(one => SendAsync(webhook, one, cancellation))));
        }
    }

    private async Task SendAsync(WebhookRow webhook, DeliveryRow delivery, CancellationToken cancellation)
    {
        var (id, seconds) = (delivery.WireMessageId, _clock.GetUtcNow().ToUnixTimeSeconds());
        Interlocked.Increment(ref _attempts);
        var attempt = await client.PostAsync(
            new Uri(webhook.Url),
            delivery.Body,
            [
                new("webhook-id", id),
                new("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture)),
                new("webhook-signature", WebhookSecret.Sign(webhook.SecretsAt(Now()), id, seconds, delivery.Body)),
            ],
            cancellation);
        await _database.WriteAsync(
            session =>
            {
                DeliveryStore.Record(session, delivery, attempt, Now());
                return 0;
            },
            cancellation);
    }

    private async Task ForgetAsync(CancellationToken cancellation)
    {
        var before = Now() - (long)Kept.TotalMilliseconds;
        while (await _database.WriteAsync(session => DeliveryStore.Forget(session, before, ForgottenAtOnce), cancellation) == ForgottenAtOnce)
        {
            // There may be more.
        }
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
