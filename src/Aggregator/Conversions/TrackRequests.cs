using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>What both kinds of conversion say.</summary>
internal abstract class TrackRequest
{
    /// <summary>The shop's own id of its customer, at most 100 characters.</summary>
    [Required]
    public string? CustomerExternalId { get; set; }

    /// <summary>Older name of <see cref="CustomerExternalId"/>.</summary>
    public string? ExternalId { get; set; }

    /// <summary>Older name of <see cref="CustomerExternalId"/>.</summary>
    public string? CustomerId { get; set; }

    public string? CustomerName { get; set; }

    public string? CustomerEmail { get; set; }

    public string? CustomerAvatar { get; set; }

    /// <summary>The token that the redirect added to the target.</summary>
    public string? ClickId { get; set; }

    /// <summary>The referrer's code, when the customer typed one.</summary>
    public string? ReferralCode { get; set; }

    public virtual string? EventName { get; set; }

    /// <summary>Anything, at most 10,000 characters of JSON.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>Checks and completes what both kinds have in common.</summary>
    protected void CheckCommon()
    {
        CustomerExternalId = Fields.Required(CustomerExternalId ?? ExternalId ?? CustomerId, "customerExternalId", 100);
        (ExternalId, CustomerId) = (null, null);
        CustomerName = Fields.Text(CustomerName, "customerName", 100);
        CustomerEmail = Fields.Text(CustomerEmail, "customerEmail", 100);
        CustomerAvatar = Fields.Text(CustomerAvatar, "customerAvatar", 2_000);
        if (Metadata?.ToJsonString(ApiJson.Options).Length > 10_000)
        {
            throw ApiError.Unprocessable("metadata: at most 10,000 characters of JSON.");
        }
    }
}

internal sealed class LeadRequest : TrackRequest
{
    [Required]
    public override string? EventName { get; set; }

    /// <summary><c>async</c>, <c>wait</c> (both answer when the lead is stored), or <c>deferred</c>: remembers the customer and its click only.</summary>
    public string? Mode { get; set; }

    /// <summary>How many leads this is, 1 to 100.</summary>
    public int? EventQuantity { get; set; }

    public void Check()
    {
        CheckCommon();
        EventName = Fields.Required(EventName, "eventName", 255);
        Mode = Fields.OneOf(Mode ?? "async", "mode", "async", "wait", "deferred");
        EventQuantity = (int)Fields.Between(EventQuantity ?? 1, "eventQuantity", 1, 100);
    }
}

internal sealed class SaleRequest : TrackRequest
{
    // Far above any invoice, and so far below 64 bits that the sums of millions of sales stay inside them.
    private const long MaxAmount = 1_000_000_000_000;

    /// <summary>Minor units of the currency, such as cents; at most 10^12.</summary>
    [Required]
    public long? Amount { get; set; }

    /// <summary>ISO 4217; <c>usd</c> when left out.</summary>
    public string? Currency { get; set; }

    public string? PaymentProcessor { get; set; }

    /// <summary>Makes the sale unique for ever: a repeat gets the first answer and changes nothing.</summary>
    public string? InvoiceId { get; set; }

    /// <summary>Credits the sale to the lead of this name rather than to the customer's newest.</summary>
    public string? LeadEventName { get; set; }

    public void Check()
    {
        CheckCommon();
        EventName = Fields.Text(EventName, "eventName", 255) ?? "Purchase";
        Amount = Fields.Between(Amount ?? throw ApiError.Unprocessable("amount: is needed."), "amount", 0, MaxAmount);
        Currency = Currencies.Check(Currency ?? "usd");
        PaymentProcessor = Fields.OneOf(
            PaymentProcessor ?? "custom", "paymentProcessor", "stripe", "shopify", "polar", "paddle", "apple", "revenuecat", "lemonsqueezy", "dub", "custom");
        InvoiceId = Fields.Text(InvoiceId, "invoiceId", 255);
        LeadEventName = Fields.Text(LeadEventName, "leadEventName", 255);
    }
}
