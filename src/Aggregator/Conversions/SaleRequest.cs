using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Conversions;

internal sealed class SaleRequest : TrackRequest
{
    private const int MostLines = 100;

    /// <summary>All that was paid, in minor units of the currency, such as cents; at most 10^12.</summary>
    [Required]
    public long? Amount { get; set; }

    /// <summary>ISO 4217; <c>usd</c> when left out.</summary>
    public string? Currency { get; set; }

    public string? PaymentProcessor { get; set; }

    /// <summary>Makes the sale unique for ever: a repeat gets the first answer and changes nothing.</summary>
    public string? InvoiceId { get; set; }

    /// <summary>Credits the sale to the lead of this name rather than to the customer's newest.</summary>
    public string? LeadEventName { get; set; }

    /// <summary>The part of <see cref="Amount"/> that is tax, in minor units.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Tax { get; set; }

    /// <summary>The part of <see cref="Amount"/> that is shipping, in minor units.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Shipping { get; set; }

    /// <summary>What <see cref="Amount"/> would be higher by without it, in minor units.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Discount { get; set; }

    /// <summary>What was bought, at most 100 lines; together not more than <see cref="Amount"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LineItemRequest[]? LineItems { get; set; }

    /// <summary>The subscription that this sale renews or begins.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SubscriptionId { get; set; }

    /// <summary>When the customer began to pay, ISO 8601: a click after that did not bring it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CheckoutStartedAt { get; set; }

    /// <summary>Unix milliseconds.</summary>
    [JsonIgnore]
    public long? CheckoutStartedAtMs { get; private set; }

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        EventName = Fields.Text(EventName, "eventName", 255) ?? "Purchase";
        Amount = Fields.Between(Amount ?? throw ApiError.Unprocessable("amount: is needed."), "amount", 0, Amounts.Max);
        Currency = Currencies.Check(Currency ?? "usd");
        PaymentProcessor = Fields.OneOf(
            PaymentProcessor ?? "custom", "paymentProcessor", "stripe", "shopify", "polar", "paddle", "apple", "revenuecat", "lemonsqueezy", "dub", "custom");
        InvoiceId = Placeholder.Optional(InvoiceId, "invoiceId", 255);
        LeadEventName = Fields.Text(LeadEventName, "leadEventName", 255);
        SubscriptionId = Placeholder.Optional(SubscriptionId, "subscriptionId", 255);
        CheckoutStartedAtMs = Fields.Time(CheckoutStartedAt, "checkoutStartedAt");
        CheckoutStartedAt = Fields.Time(CheckoutStartedAtMs);
        CheckParts();
    }

    private void CheckParts()
    {
        Tax = Part(Tax, "tax", Amount!.Value);
        Shipping = Part(Shipping, "shipping", Amount.Value - (Tax ?? 0));
        Discount = Part(Discount, "discount", Amounts.Max);
        if (LineItems?.Length > MostLines)
        {
            throw ApiError.Unprocessable($"lineItems: at most {MostLines}, these are {LineItems.Length}.");
        }

        var rest = Amount.Value;
        foreach (var (i, line) in (LineItems ?? []).Index())
        {
            rest -= (line ?? throw ApiError.Unprocessable($"lineItems[{i}]: must be an object.")).Check($"lineItems[{i}]", rest);
        }

        LineItems = LineItems is { Length: > 0 } ? LineItems : null;
    }

    // Nothing and 0 are the same.
    private static long? Part(long? value, string field, long most) => Fields.Between(value ?? 0, field, 0, most) is > 0 and var part ? part : null;
}
