using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Events;

/// <summary>The data of a lead's or a sale's event. Link, partner, click and method are those of the largest part; null when it is credited to nobody.</summary>
/// <param name="Amount">In minor units; of sales, like the three behind it.</param>
/// <param name="CreditVersion">See <see cref="CreditEventData"/>.</param>
/// <param name="Credits">All parts.</param>
internal sealed record ConversionEventData(
    string Id, string? LinkId, string? PartnerId, string CustomerId, string CustomerExternalId, string? ClickId, string? Method, string EventName, string OccurredAt,
    int Quantity, long? Amount, string? Currency, string? PaymentProcessor, string? InvoiceId, JsonNode? Metadata, long CreditVersion, IReadOnlyList<CreditShare> Credits)
{
    // Without the customer's name and address: who may read the topic need not be allowed to know them.
    public static ConversionEventData Of(ConversionRecord told, CustomerRow customer)
    {
        var conversion = told.Row;
        return new ConversionEventData(
            EntityId.Format(conversion.Kind == "sale" ? EntityId.Sale : EntityId.Lead, conversion.Id),
            EntityId.Format(EntityId.Link, conversion.LinkId),
            EntityId.Format(EntityId.Partner, conversion.PartnerId),
            EntityId.Format(EntityId.Customer, customer.Id),
            customer.ExternalId,
            conversion.ClickToken,
            conversion.Method,
            conversion.EventName,
            Fields.Time(conversion.OccurredAt),
            conversion.Quantity,
            conversion.Amount,
            conversion.Currency,
            conversion.PaymentProcessor,
            conversion.InvoiceId,
            conversion.Metadata is { } metadata ? JsonNode.Parse(metadata) : null,
            conversion.CreditVersion,
            CreditShare.Of(told.Credits, conversion.Kind));
    }
}
