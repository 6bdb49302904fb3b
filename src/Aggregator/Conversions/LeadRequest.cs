using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

internal sealed class LeadRequest : TrackRequest
{
    [Required]
    public override string? EventName { get; set; }

    /// <summary><c>async</c>, <c>wait</c> (both answer when the lead is stored), or <c>deferred</c>: remembers the customer and its evidence only.</summary>
    public string? Mode { get; set; }

    /// <summary>How many leads this is, 1 to 100.</summary>
    public int? EventQuantity { get; set; }

    [JsonIgnore]
    public bool IsDeferred => Mode == "deferred";

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        EventName = Fields.Required(EventName, "eventName", 255);
        Mode = Fields.OneOf(Mode ?? "async", "mode", "async", "wait", "deferred");
        EventQuantity = (int)Fields.Between(EventQuantity ?? 1, "eventQuantity", 1, 100);
    }
}
