using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>What webhooks are told of what was taken in. What is a test is nobody else's business.</summary>
internal static class IntakeEvents
{
    public static IEnumerable<WebhookEvent> Of(IntakeBatch batch) =>
    [
        .. from told in batch.Added
           where told.Conversion.Row is { IsTest: false, Kind: "lead" or "sale" }
           let data = ConversionEventData.Of(told.Conversion, told.Customer)
           select new WebhookEvent(told.Conversion.Row.Kind == "sale" ? WebhookEvent.SaleCreated : WebhookEvent.LeadCreated, data.Id, data),
        .. from refund in batch.Refunds
           where !refund.IsTest
           let data = RefundEvent.Of(refund)
           select new WebhookEvent(WebhookEvent.RefundCreated, data.Id, data),
    ];
}

/// <param name="Type">refund or chargeback.</param>
/// <param name="SaleId">Null while the sale was not told.</param>
/// <param name="Amount">What was asked for, minor units; null: all that was left.</param>
/// <param name="Applied">What of it took effect.</param>
internal sealed record RefundEvent(
    string Id, string Type, string RefundId, string InvoiceId, string? SaleId, long? Amount, long Applied, string? Currency, string? Reason, string OccurredAt)
{
    public static RefundEvent Of(AdjustmentRow row) => new(
        EntityId.Format(EntityId.Adjustment, row.Id),
        row.Kind,
        BusinessKey.NameIn(row.BusinessKey, row.IsTest),
        BusinessKey.NameIn(row.SaleKey, row.IsTest),
        EntityId.Format(EntityId.Sale, row.ConversionId),
        row.Amount,
        row.Applied,
        row.Currency,
        row.Reason,
        Fields.Time(row.OccurredAt));
}
