using LinkTracker.Aggregator.Attribution;
namespace LinkTracker.Aggregator.Conversions;

/// <summary>A row of <c>conversions</c>, without what is filled in from the click later.</summary>
internal sealed class ConversionRow
{
    public long Id { get; set; }

    public string Kind { get; set; } = "";

    public string? BusinessKey { get; set; }

    public long CustomerId { get; set; }

    public long? LinkId { get; set; }

    public long? PartnerId { get; set; }

    public string? ClickToken { get; set; }

    public long? ClickedAt { get; set; }

    public string? Method { get; set; }

    public string Decision { get; set; } = "";

    public string EventName { get; set; } = "";

    public long OccurredAt { get; set; }

    public long? Amount { get; set; }

    public string? Currency { get; set; }

    public string? PaymentProcessor { get; set; }

    public string? InvoiceId { get; set; }

    public int Quantity { get; set; } = 1;

    public string? Metadata { get; set; }

    public string Answer { get; set; } = "";

    public string RequestHash { get; set; } = "";

    /// <summary>1 from the start when there is no click to take anything from.</summary>
    public int Enriched => ClickToken is null ? 1 : 0;
}
