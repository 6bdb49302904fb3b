using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A customer ended its subscription.</summary>
internal sealed class CancellationRequest : IntakeRequest
{
    /// <summary>The shop's own id of its customer.</summary>
    [Required]
    public string? CustomerExternalId { get; set; }

    /// <summary>All of the customer's, when left out.</summary>
    public string? SubscriptionId { get; set; }

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        CustomerExternalId = TrackRequest.CheckCustomer(CustomerExternalId);
        SubscriptionId = Placeholder.Optional(SubscriptionId, "subscriptionId", 255);
    }
}
