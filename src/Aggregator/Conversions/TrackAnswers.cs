using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Conversions;

/// <param name="Link">The link that is credited; null when none is.</param>
internal sealed record LeadAnswer(ClickAnswer Click, LinkSummary? Link, LeadCustomer Customer);

/// <param name="Id">The click's token; empty when the lead came without a click.</param>
internal sealed record ClickAnswer(string Id);

internal sealed record LeadCustomer(string? Name, string? Email, string? Avatar, string ExternalId);

/// <summary>Customer and sale are null when nothing was recorded: the customer is unknown and no evidence came, or the amount is 0.</summary>
internal sealed record SaleAnswer(string EventName, SaleCustomer? Customer, SaleDetails? Sale);

internal sealed record SaleCustomer(string Id, string? Name, string? Email, string? Avatar, string ExternalId);

internal sealed record SaleDetails(long Amount, string Currency, string PaymentProcessor, string? InvoiceId, JsonObject? Metadata);
