namespace LinkTracker.Aggregator.Customers;

/// <summary>A row of <c>customers</c>: who was referred.</summary>
internal class CustomerRow
{
    public long Id { get; set; }

    public string ExternalId { get; set; } = "";

    public string? Name { get; set; }

    public string? Email { get; set; }

    public string? Avatar { get; set; }

    /// <summary>The first link the customer was credited to; it stays.</summary>
    public long? LinkId { get; set; }

    public long? PartnerId { get; set; }

    /// <summary>The click the customer came by, for a lead that is told later without one.</summary>
    public string? ClickToken { get; set; }

    public long? ClickedAt { get; set; }

    public long CreatedAt { get; set; }
}
