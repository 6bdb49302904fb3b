using System.Globalization;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>
/// Tells webhooks what is due. Each has its own turn, so that one that is slow or away holds up nobody but itself:
/// <code>
///   1  the next that are due       in the order of their times
///   2  sent side by side           each with a signature of now
///   3  noted in one transaction    and on to the next, until nothing is due
/// </code>
/// A webhook that answered nothing of what it was sent is left alone for a while. What was sent when the process ended before it could note
/// so is sent again, under the same id.
/// </summary>
internal sealed class WebhookSender(Database database, WebhookClient client, WebhookSecrets secrets, TimeProvider clock, ILogger<WebhookSender> logger)
    : LoneService(database, "sending webhooks", "what webhooks are to be told waits in the database", clock, logger)
{
    private const int SideBySide = 8;
    private const int ForgottenAtOnce = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan ForgettingPause = TimeSpan.FromHours(1);

    private readonly Database _database = database;
    private readonly TimeProvider _clock = clock;
    private readonly WebhookRests _rests = new(clock);
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
        var due = _database.Read(session => WebhookStore.All(session)
            .Where(row => row.DisabledAt is null && !turns.ContainsKey(row.Id) && !_rests.Has(row) && DeliveryStore.IsDue(session, row.Id, Now()))
            .Select(row => row.Id)
            .ToList());
        foreach (var webhook in due)
        {
            turns.Add(webhook, TakeTurnAsync(webhook, cancellation));
        }
    }

    private async Task TakeTurnAsync(long id, CancellationToken cancellation)
    {
        while (true)
        {
            // :: 1  as the webhook is now: it may be changed, disabled or deleted while its turn lasts
            var (webhook, due) = _database.Read(session => (WebhookStore.Find(session, id), DeliveryStore.Due(session, id, Now(), SideBySide)));
            if (webhook is not { DisabledAt: null } || due.Count == 0)
            {
                return;
            }

            // :: 2
            var sent = await Task.WhenAll(due.Select(async one => (Delivery: one, Attempt: await SendAsync(webhook, one, cancellation))));

            // :: 3
            await _database.WriteAsync(
                session =>
                {
                    foreach (var (delivery, attempt) in sent)
                    {
                        DeliveryStore.Record(session, delivery, attempt, Now());
                    }

                    return sent.Length;
                },
                cancellation);
            if (!_rests.Note(webhook, isAnswered: sent.Any(one => one.Attempt.Status is not null)))
            {
                return;
            }
        }
    }

    private Task<Attempt> SendAsync(WebhookRow webhook, DeliveryRow delivery, CancellationToken cancellation)
    {
        var (id, seconds) = (delivery.WireMessageId, _clock.GetUtcNow().ToUnixTimeSeconds());
        Interlocked.Increment(ref _attempts);
        return client.PostAsync(
            new Uri(webhook.Url),
            delivery.Body,
            [
                new("webhook-id", id),
                new("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture)),
                new("webhook-signature", WebhookSecrets.Sign(secrets.At(webhook, Now()), id, seconds, delivery.Body)),
            ],
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
