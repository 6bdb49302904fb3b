using System.Diagnostics.Metrics;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Events;

/// <summary>How publishing for other systems goes on: as metrics and as the section <c>events</c> of the figures.</summary>
internal sealed class EventMetrics : IStatsSection
{
    public const string MeterName = "LinkTracker.Aggregator";

    private readonly Database _database;
    private readonly OutboxPublisher _publisher;
    private readonly EventSender _sender;

    public EventMetrics(IMeterFactory meters, Database database, OutboxPublisher publisher, EventSender sender)
    {
        (_database, _publisher, _sender) = (database, publisher, sender);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("linktracker.events.publisher", () => publisher.IsHolder ? 1 : 0, null, "1 in the process that sends the events of leads and sales.");
        meter.CreateObservableGauge("linktracker.events.waiting", () => TryCount().Select(count => new Measurement<long>(count)), "{event}", "Events of leads and sales that wait in the database.");
        meter.CreateObservableCounter("linktracker.events.published", () => sender.Acknowledged, "{event}", "Events that this process sent, of clicks too.");
    }

    public string Name => "events";

    public object? Read() => TryCount() is not [var waiting] ? null : new
    {
        publisher = _publisher.IsHolder,
        waiting,
        published = _sender.Acknowledged,
    };

    // One figure, or none.
    private long[] TryCount() => _database.TryRead(session => new[] { EventOutbox.Count(session) }) ?? [];
}
