using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A customer ended its subscription.</summary>
internal sealed class CancellationRequest : IntakeRequest
{
    /// <summary>The shop's own id of its customer.</summary>
    [Required]
    public string? CustomerExternalId { get; set; }

    public string? SubscriptionId { get; set; }

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        CustomerExternalId = TrackRequest.CheckCustomer(CustomerExternalId);
        SubscriptionId = Fields.Text(SubscriptionId, "subscriptionId", 255);
    }
}
