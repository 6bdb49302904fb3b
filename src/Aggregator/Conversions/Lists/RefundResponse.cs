using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions.Lists;

/// <summary>Money that a shop told to have gone back.</summary>
/// <param name="Type"><c>refund</c> or <c>chargeback</c>.</param>
/// <param name="SaleId">Null while its sale is not known.</param>
/// <param name="Status"><c>pending</c>, <c>applied</c> or <c>void</c>.</param>
/// <param name="Amount">As asked for, minor units; null: all that was left.</param>
/// <param name="Applied">What of it took effect.</param>
/// <param name="Tax">What of it was tax, as the refund said; null when it said nothing. So are <paramref name="Shipping"/> and <paramref name="LineItems"/>.</param>
/// <param name="Conflicts">How often it was told again with another content, which changed nothing.</param>
internal sealed record RefundResponse(
    string Id,
    string RefundId,
    string Type,
    string InvoiceId,
    string? SaleId,
    string Status,
    long? Amount,
    long Applied,
    string? Currency,
    long? Tax,
    long? Shipping,
    IReadOnlyList<LineItem>? LineItems,
    string? Reason,
    long Conflicts,
    bool TestMode,
    string OccurredAt,
    string ReceivedAt);

/// <summary>A row of the list.</summary>
internal sealed class RefundRead
{
    public long Id { get; set; }

    public string Kind { get; set; } = "";

    public string BusinessKey { get; set; } = "";

    public string SaleKey { get; set; } = "";

    public long? ConversionId { get; set; }

    public string Status { get; set; } = "";

    public long? Amount { get; set; }

    public long Applied { get; set; }

    public string? Currency { get; set; }

    public long? Tax { get; set; }

    public long? Shipping { get; set; }

    public string? LineItems { get; set; }

    public string? Reason { get; set; }

    public long Conflicts { get; set; }

    public bool IsTest { get; set; }

    public long OccurredAt { get; set; }

    public long ReceivedAt { get; set; }

    public RefundResponse ToResponse() => new(
        EntityId.Format(EntityId.Adjustment, Id),
        Conversions.BusinessKey.NameIn(BusinessKey, IsTest),
        Kind,
        Conversions.BusinessKey.NameIn(SaleKey, IsTest),
        EntityId.Format(EntityId.Sale, ConversionId),
        Status,
        Amount,
        Applied,
        Currency,
        Tax,
        Shipping,
        LineItem.Parse(LineItems),
        Reason,
        Conflicts,
        IsTest,
        Fields.Time(OccurredAt),
        Fields.Time(ReceivedAt));
}
