using System.Text;
using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>What webhooks are to be told, kept in the transaction of what it tells of. Costs one small read while nobody wants it.</summary>
internal sealed class WebhookOutbox(EntityId ids, TimeProvider clock)
{
    /// <summary>The counter of messages: a higher one was committed later.</summary>
    private const string Sequence = "webhook_sequence";

    // Below the 20 kB of the standard, with its headers.
    private const int MostBytes = 18_000;

    private volatile Known? _known;

    public void Add(Session session, string type, string id, object data) => Add(session, [new WebhookEvent(type, id, data)]);

    /// <summary>Any number of events in four statements.</summary>
    public void Add(Session session, IReadOnlyCollection<WebhookEvent> events)
    {
        // :: 1  who wants what
        var wanted = events.Count == 0 ? null : Wanted(session);
        if (wanted is null || !events.Any(one => wanted.Contains(one.Type)))
        {
            return;
        }

        // :: 2  in the order of commits
        var told = events.Where(one => wanted.Contains(one.Type)).ToList();
        var version = session.Add(Sequence, told.Count) - told.Count;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var messages = told.ConvertAll(one => (Id: ids.Next(), one.Type, Body: BodyOf(one, ++version, now)));

        // :: 3  each once, and to whom
        session.Later(
            "INSERT INTO webhook_messages (id, type, body, created_at) VALUES (@id, @type, @body, @now)",
            ["id", "type", "body", "now"],
            messages.Select(message => new object?[] { message.Id, message.Type, message.Body, now }));
        session.Later(
            "INSERT INTO webhook_deliveries (id, webhook_id, message_id, state, attempts, due_at) VALUES (@id, @webhook, @message, 'waiting', 0, @now)",
            ["id", "webhook", "message", "now"],
            messages.SelectMany(message => wanted[message.Type].Select(webhook => new object?[] { ids.Next(), webhook, message.Id, now })));
    }

    /// <summary>Takes back what waits to be told, and takes away what was told, of these things.</summary>
    /// <param name="ids">On the wire.</param>
    public static void Forget(Session session, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            var messages = session.Query<long>("SELECT id FROM webhook_messages WHERE body LIKE @pattern", new { pattern = $"%\"{id}\"%" }).ToArray();
            if (messages.Length > 0)
            {
                session.Execute($"DELETE FROM webhook_deliveries WHERE {session.In("message_id", "messages")}", new { messages });
                session.Execute($"DELETE FROM webhook_messages WHERE {session.In("id", "messages")}", new { messages });
            }
        }
    }

    // By type: the webhooks that are enabled and want it.
    private ILookup<string, long> Wanted(Session session)
    {
        var version = session.Counter(WebhookStore.Version);
        if (_known is { } known && known.Version == version)
        {
            return known.Wanted;
        }

        var wanted = WebhookStore.All(session).Where(row => row.DisabledAt is null)
            .SelectMany(row => row.Triggers.Split(' ').Select(type => (type, row.Id))).ToLookup(pair => pair.type, pair => pair.Id);
        _known = new Known(version, wanted);
        return wanted;
    }

    private static string BodyOf(WebhookEvent one, long version, long nowMs)
    {
        var body = Serialize(one.Data);
        return Encoding.UTF8.GetByteCount(body) <= MostBytes ? body : Serialize(new TooLarge(one.Id, true));

        string Serialize(object data) => JsonSerializer.Serialize(new Message(one.Type, Fields.Time(nowMs), version, data), ApiJson.Options);
    }

    private sealed record Message(string Type, string Timestamp, long Version, object Data);

    private sealed record TooLarge(string Id, bool IsTooLarge);

    private sealed record Known(long Version, ILookup<string, long> Wanted);
}
