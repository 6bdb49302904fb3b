namespace LinkTracker.Aggregator.Conversions;

/// <summary>A row of <c>conversions</c>: what was told, and what was derived from it. What is filled in from the click later stands elsewhere.</summary>
internal sealed class ConversionRow
{
    public long Id { get; set; }

    /// <summary>lead, deferred, sale, event.</summary>
    public string Kind { get; set; } = "";

    public string? BusinessKey { get; set; }

    public long CustomerId { get; set; }

    public string EventName { get; set; } = "";

    public long OccurredAt { get; set; }

    public long ReceivedAt { get; set; }

    public bool IsTest { get; set; }

    public long? NamedProgramId { get; set; }

    public string? LeadEventName { get; set; }

    public long? CheckoutStartedAt { get; set; }

    public long? Amount { get; set; }

    public long Tax { get; set; }

    public long Shipping { get; set; }

    public long Discount { get; set; }

    public string? Currency { get; set; }

    public string? PaymentProcessor { get; set; }

    public string? InvoiceId { get; set; }

    public string? SubscriptionId { get; set; }

    public string? LineItems { get; set; }

    public int Quantity { get; set; } = 1;

    public string? Metadata { get; set; }

    public string Answer { get; set; } = "";

    public string RequestHash { get; set; } = "";

    // Derived.
    public long? LinkId { get; set; }

    public long? PartnerId { get; set; }

    public string? ClickToken { get; set; }

    public long? ClickedAt { get; set; }

    public string? Method { get; set; }

    public string Decision { get; set; } = "";

    public long? ProgramId { get; set; }

    public int? RuleVersion { get; set; }

    public long Refunded { get; set; }

    public string? RateFrom { get; set; }

    public string? Rate { get; set; }

    public string? RateSource { get; set; }

    public long? Converted { get; set; }

    /// <summary>1 for who was credited first, and one more each time that credit moves.</summary>
    public long CreditVersion { get; set; } = 1;

    /// <summary>There is nothing to take from a click that there is not.</summary>
    public bool Enriched => ClickToken is null;

    /// <summary>Orders it among others of its kind and millisecond.</summary>
    public string Key => BusinessKey ?? Conversions.BusinessKey.InPlaceOf(IsTest, Kind, RequestHash, Id);
}
