using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Events;

/// <summary>Events of leads and sales that wait in the database, kept in the transaction of what they tell of. In the order of commits.</summary>
internal static class EventOutbox
{
    private static readonly RowWriter<WaitingEvent> Rows = new RowWriter<WaitingEvent>("event_outbox", "position")
        .Text("id", row => row.Id)
        .Text("type", row => row.Type)
        .Number("link_id", row => row.LinkId)
        .Number("occurred_at", row => row.OccurredAt)
        .Text("data", row => row.Data);

    /// <summary>Tells of the leads and sales among what was taken in. What is a test is nobody else's business.</summary>
    public static void Add(Session session, IEnumerable<(ConversionRecord Conversion, CustomerRow Customer)> told) => Rows.Insert(
        session, [.. told.Where(one => one.Conversion.Row is { IsTest: false, Kind: "lead" or "sale" }).Select(one => EventOf(one.Conversion, one.Customer))]);

    /// <summary>Tells that credit moved.</summary>
    /// <param name="moved">With the link that has the largest part now; null: nobody.</param>
    public static void AddMoved(Session session, IEnumerable<(long? LinkId, CreditEventData Data)> moved, long nowMs) => Rows.Insert(
        session,
        [
            .. moved.Select(one => new WaitingEvent
            {
                Id = one.Data.Id,
                Type = CloudEvent.Credit,
                LinkId = one.LinkId,
                OccurredAt = nowMs,
                Data = JsonSerializer.Serialize(one.Data, ApiJson.Options),
            }),
        ]);

    /// <summary>The next events to send, in order.</summary>
    public static IReadOnlyList<WaitingEvent> First(Session session, int most) =>
        session.Query<WaitingEvent>("SELECT * FROM event_outbox ORDER BY position LIMIT @most", new { most });

    /// <summary>Those that were sent need not wait any more.</summary>
    public static int Remove(Session session, long upToPosition) =>
        session.Execute("DELETE FROM event_outbox WHERE position <= @upToPosition", new { upToPosition });

    public static long Count(Session session) => session.First<long>("SELECT COUNT(*) FROM event_outbox");

    private static WaitingEvent EventOf(ConversionRecord conversion, CustomerRow customer)
    {
        var data = ConversionEventData.Of(conversion, customer);
        return new WaitingEvent
        {
            Id = data.Id,
            Type = conversion.Row.Kind == "sale" ? CloudEvent.Sale : CloudEvent.Lead,
            LinkId = conversion.Row.LinkId,
            OccurredAt = conversion.Row.OccurredAt,
            Data = JsonSerializer.Serialize(data, ApiJson.Options),
        };
    }
}

/// <summary>A row of <c>event_outbox</c>.</summary>
internal sealed class WaitingEvent
{
    public long Position { get; set; }

    public string Id { get; set; } = "";

    public string Type { get; set; } = "";

    public long? LinkId { get; set; }

    public long OccurredAt { get; set; }

    public string Data { get; set; } = "";

    public CloudEvent ToEvent() => new(Id, Type, OccurredAt, LinkId, Encoding.UTF8.GetBytes(Data));
}
