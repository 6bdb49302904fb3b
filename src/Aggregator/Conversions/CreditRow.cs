namespace LinkTracker.Aggregator.Conversions;

/// <summary>A row of <c>credits</c>: what one touch has of a conversion.</summary>
internal sealed record CreditRow
{
    public long ConversionId { get; init; }

    public int Position { get; init; }

    public long CustomerId { get; init; }

    public long LinkId { get; init; }

    public long? PartnerId { get; init; }

    public string Method { get; init; } = "";

    public string? ClickToken { get; init; }

    public long Weight { get; init; }

    /// <summary>Its part of the sale, minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Of <see cref="Amount"/>.</summary>
    public long Refunded { get; init; }
}
