using System.Globalization;
using System.Text.Json;
using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Events;

/// <summary>
/// Publishes single clicks with the verdict under which they are counted. To be called before their position moves on: then each click
/// is sent at least once, under an id that is its place in the log for ever.
/// </summary>
internal sealed class ClickEventPublisher(EventSender sender, ClickClassifier classifier)
{
    /// <summary>Returns when the clicks of all parts are there for others.</summary>
    /// <exception cref="Kafka.KafkaFailedException">Some may be there or not: publish all of them again.</exception>
    public Task PublishAsync(IEnumerable<ClickPart> parts, CancellationToken cancellation) => sender.SendAsync(parts.SelectMany(EventsOf), cancellation);

    private List<CloudEvent> EventsOf(ClickPart part)
    {
        var events = new List<CloudEvent>(part.Count);
        foreach (var click in ClickPart.Read(part.Data.Span))
        {
            events.Add(EventOf(part.Log, click));
        }

        return events;
    }

    private CloudEvent EventOf(LogKey log, in StoredClick click)
    {
        var record = click.Record;
        var traits = classifier.Classify(record);
        var data = new ClickEventData(
            record.Token.ToString(),
            EntityId.Format(EntityId.Link, record.Token.LinkId),
            Fields.Time(record.OccurredAtMs),
            traits.Country,
            traits.Device,
            traits.Browser,
            traits.Os,
            traits.Referrer,
            traits.Channel,
            traits.Trigger,
            DispositionNames.Of(click.Disposition),
            click.Unique);
        return new CloudEvent(
            string.Create(CultureInfo.InvariantCulture, $"{log.Edge:x16}-{log.Epoch}-{click.Address}"),
            CloudEvent.Click,
            record.OccurredAtMs,
            record.Token.LinkId,
            JsonSerializer.SerializeToUtf8Bytes(data, ApiJson.Options));
    }
}

/// <summary>The data of a click's event. Nothing of it tells who the visitor was.</summary>
/// <param name="Disposition">Whether it counts, or why not.</param>
/// <param name="Unique">Whether it was the visitor's first on that link and day.</param>
internal sealed record ClickEventData(
    string ClickId, string LinkId, string OccurredAt, string Country, string Device, string Browser, string Os, string Referrer, string Channel, string Trigger,
    string Disposition, bool Unique);
