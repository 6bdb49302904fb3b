using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A row of <c>adjustments</c>: a refund or a chargeback.</summary>
internal sealed class AdjustmentRow
{
    public long Id { get; set; }

    public string BusinessKey { get; set; } = "";

    /// <summary>refund, chargeback.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The sale's business key.</summary>
    public string SaleKey { get; set; } = "";

    /// <summary>Null while the sale is not known.</summary>
    public long? ConversionId { get; set; }

    /// <summary>Minor units as asked for; null: all that is left.</summary>
    public long? Amount { get; set; }

    /// <summary>What of it took effect.</summary>
    public long Applied { get; set; }

    public string? Currency { get; set; }

    /// <summary>Of the amount, minor units; null when nobody said it.</summary>
    public long? Tax { get; set; }

    /// <summary>Of the amount, minor units; null when nobody said it.</summary>
    public long? Shipping { get; set; }

    /// <summary>JSON; null when nobody said it.</summary>
    public string? LineItems { get; set; }

    public long OccurredAt { get; set; }

    public long ReceivedAt { get; set; }

    public string? Reason { get; set; }

    public bool IsTest { get; set; }

    public string Answer { get; set; } = "";

    public string RequestHash { get; set; } = "";

    /// <summary>Whether it says what went back.</summary>
    public bool SaysParts => Tax is not null || Shipping is not null || LineItems is not null;

    /// <summary>What of it took effect. What is left out of a refund that says what went back did not.</summary>
    public Return ToReturn() => new(Applied, SaysParts ? new ReturnedParts(Tax ?? 0, Shipping ?? 0, LineItem.Parse(LineItems)) : null);
}
