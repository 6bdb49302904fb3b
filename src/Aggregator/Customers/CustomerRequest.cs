using System.ComponentModel.DataAnnotations;

namespace LinkTracker.Aggregator.Customers;

/// <summary>A customer that the shop tells of before, or without, any conversion.</summary>
internal sealed class CustomerRequest : CustomerUpdate
{
    [Required]
    public override string? ExternalId { get; set; }

    /// <summary>True: a customer of test mode.</summary>
    public bool? TestMode { get; set; }
}
