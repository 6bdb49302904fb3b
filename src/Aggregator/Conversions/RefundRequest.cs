using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Money of a sale that went back. It may be told before its sale is.</summary>
internal sealed class RefundRequest : IntakeRequest
{
    /// <summary>Of the sale.</summary>
    [Required]
    public string? InvoiceId { get; set; }

    /// <summary>The shop's own id of the refund: makes it unique for ever.</summary>
    [Required]
    public string? RefundId { get; set; }

    /// <summary>Minor units of the sale's currency; all that is left of the sale, when left out.</summary>
    public long? Amount { get; set; }

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
        Currency = Currency is null ? null : Currencies.Check(Currency);
        Type = Fields.OneOf(Type ?? "refund", "type", "refund", "chargeback");
        Reason = Fields.Text(Reason, "reason", 500);
    }
}
