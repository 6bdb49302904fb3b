using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Money of a sale that went back. It may be told before its sale is. Whoever sends one of <see cref="Tax"/>, <see cref="Shipping"/> and
/// <see cref="LineItems"/> says what went back, and rewards go down by exactly that; else by the same part as the sale's amount.
/// </summary>
internal sealed class RefundRequest : IntakeRequest
{
    private const int MostLines = 100;

    /// <summary>Of the sale.</summary>
    [Required]
    public string? InvoiceId { get; set; }

    /// <summary>The shop's own id of the refund: makes it unique for ever.</summary>
    [Required]
    public string? RefundId { get; set; }

    /// <summary>Minor units of the sale's currency; all that is left of the sale, when left out.</summary>
    public long? Amount { get; set; }

    /// <summary>The part of <see cref="Amount"/> that is tax, in minor units; 0 says that none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Tax { get; set; }

    /// <summary>The part of <see cref="Amount"/> that is shipping, in minor units; 0 says that none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Shipping { get; set; }

    /// <summary>What came back of the sale's lines, at most 100; together not more than <see cref="Amount"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LineItemRequest[]? LineItems { get; set; }

    /// <summary>ISO 4217; that of the sale, when left out.</summary>
    public string? Currency { get; set; }

    /// <summary><c>refund</c> (the default) or <c>chargeback</c>.</summary>
    public string? Type { get; set; }

    public string? Reason { get; set; }

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        InvoiceId = Fields.Required(InvoiceId, "invoiceId", 255);
        RefundId = Fields.Required(RefundId, "refundId", 255);
        Placeholder.Refuse(InvoiceId, "invoiceId");
        Placeholder.Refuse(RefundId, "refundId");
        Amount = Amount is { } amount ? Fields.Between(amount, "amount", 1, Amounts.Max) : null;
        CheckParts();
        Currency = Currency is null ? null : Currencies.Check(Currency);
        Type = Fields.OneOf(Type ?? "refund", "type", "refund", "chargeback");
        Reason = Fields.Text(Reason, "reason", 500);
    }

    private void CheckParts()
    {
        LineItems = LineItems is { Length: > 0 } ? LineItems : null;
        if ((Tax, Shipping, LineItems) is (null, null, null))
        {
            return;
        }

        var amount = Amount ?? throw ApiError.Unprocessable("amount: is needed with tax, shipping or lineItems, which say what of it went back.");
        Tax = Tax is { } tax ? Fields.Between(tax, "tax", 0, amount) : null;
        Shipping = Shipping is { } shipping ? Fields.Between(shipping, "shipping", 0, amount - (Tax ?? 0)) : null;
        if (LineItems?.Length > MostLines)
        {
            throw ApiError.Unprocessable($"lineItems: at most {MostLines}, these are {LineItems.Length}.");
        }

        foreach (var (i, line) in (LineItems ?? []).Index())
        {
            amount -= (line ?? throw ApiError.Unprocessable($"lineItems[{i}]: must be an object.")).Check($"lineItems[{i}]", amount);
        }
    }
}
