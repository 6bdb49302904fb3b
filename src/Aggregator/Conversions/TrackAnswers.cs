using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Conversions;

/// <param name="Link">The link that is credited; null when none is.</param>
internal sealed record LeadAnswer(ClickAnswer Click, LinkSummary? Link, LeadCustomer Customer);

/// <param name="Id">The click's token; empty when the lead came without a click.</param>
internal sealed record ClickAnswer(string Id);

internal sealed record LeadCustomer(string? Name, string? Email, string? Avatar, string ExternalId);

/// <summary>Customer and sale are null when the customer is unknown and no evidence came (the sale then waits for its lead), and when the amount is 0.</summary>
internal sealed record SaleAnswer(string EventName, SaleCustomer? Customer, SaleDetails? Sale);

internal sealed record SaleCustomer(string Id, string? Name, string? Email, string? Avatar, string ExternalId);

internal sealed record SaleDetails(long Amount, string Currency, string PaymentProcessor, string? InvoiceId, JsonObject? Metadata);

/// <summary>Customer is null when it is unknown and no evidence came: the event waits for its lead.</summary>
internal sealed record EventAnswer(string EventName, string? EventId, SaleCustomer? Customer, JsonObject? Metadata);

/// <param name="Amount">What takes effect, in minor units of the sale's currency; null while the sale is not known, and nothing was asked for.</param>
/// <param name="Status"><c>applied</c>, or <c>pending</c>: the sale is not known yet.</param>
/// <param name="Tax">As it was told, like the next two; all null when nobody said what went back.</param>
internal sealed record RefundAnswer(
    string RefundId, string InvoiceId, string Type, long? Amount, string? Currency, string? Reason, string OccurredAt, string Status, long? Tax, long? Shipping, IReadOnlyList<LineItem>? LineItems);

/// <param name="Customer">Null when it is not known yet.</param>
/// <param name="SubscriptionCanceledAt">The latest that was told, ISO 8601.</param>
internal sealed record CancellationAnswer(SaleCustomer? Customer, string? SubscriptionId, string SubscriptionCanceledAt);
