using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Whatever else a shop counts, such as an activation. It is credited like a lead, and binds nobody.</summary>
internal sealed class EventRequest : TrackRequest
{
    [Required]
    public override string? EventName { get; set; }

    /// <summary>Makes the event unique for ever, as the invoice does a sale.</summary>
    public string? EventId { get; set; }

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        EventName = Fields.Required(EventName, "eventName", 255);
        EventId = Placeholder.Optional(EventId, "eventId", 255);
    }
}
