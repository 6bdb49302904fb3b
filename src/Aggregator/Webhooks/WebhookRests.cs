using System.Collections.Concurrent;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>
/// Which webhooks are left alone, because they answered nothing that they were sent: for a minute, and for twice as long each time again, up
/// to an hour. What waits for them would otherwise be tried request by request, each until its time is over.
/// </summary>
internal sealed class WebhookRests(TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<long, Rest> _rests = [];

    /// <summary>Whether it is left alone now. One that got another address is not.</summary>
    public bool Has(WebhookRow webhook) => _rests.TryGetValue(webhook.Id, out var rest) && rest.Url == webhook.Url && clock.GetUtcNow() < rest.Until;

    /// <summary>How it took what it was sent.</summary>
    /// <returns>False when it is left alone from now on.</returns>
    public bool Note(WebhookRow webhook, bool isAnswered)
    {
        if (isAnswered)
        {
            _rests.TryRemove(webhook.Id, out _);
            return true;
        }

        var length = _rests.TryGetValue(webhook.Id, out var before) && before.Url == webhook.Url ? 2 * before.Length : Shortest;
        length = length < Longest ? length : Longest;
        _rests[webhook.Id] = new Rest(webhook.Url, length, clock.GetUtcNow() + length);
        return false;
    }

    private sealed record Rest(string Url, TimeSpan Length, DateTimeOffset Until);
}
