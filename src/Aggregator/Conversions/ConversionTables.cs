using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>The columns of what an intake writes.</summary>
internal static class ConversionTables
{
    public static readonly RowWriter<CustomerRow> Customers = new RowWriter<CustomerRow>("customers", "id")
        .Number("id", row => row.Id)
        .Text("external_id", row => row.ExternalId)
        .Text("name", row => row.Name)
        .Text("email", row => row.Email)
        .Text("avatar", row => row.Avatar)
        .Number("link_id", row => row.LinkId)
        .Number("partner_id", row => row.PartnerId)
        .Text("click_token", row => row.ClickToken)
        .Number("clicked_at", row => row.ClickedAt)
        .Number("created_at", row => row.CreatedAt)
        .Number("is_test", row => row.IsTest ? 1 : 0)
        .Number("is_pending", row => row.IsPending ? 1 : 0)
        .Number("known_since", row => row.KnownSince)
        .Text("attributes", row => row.Attributes)
        .Number("canceled_at", row => row.CanceledAt)
        .Number("deleted_at", row => row.DeletedAt);

    public static readonly RowWriter<CancellationRow> Cancellations = new RowWriter<CancellationRow>("cancellations", "customer_id", "subscription_id", "canceled_at")
        .Number("customer_id", row => row.CustomerId)
        .Text("subscription_id", row => row.SubscriptionId)
        .Number("canceled_at", row => row.CanceledAt)
        .Number("received_at", row => row.ReceivedAt);

    public static readonly RowWriter<ConversionRow> Conversions = Derive(new RowWriter<ConversionRow>("conversions", "id")
        .Number("id", row => row.Id)
        .Text("kind", row => row.Kind)
        .Text("business_key", row => row.BusinessKey)
        .Number("customer_id", row => row.CustomerId)
        .Text("event_name", row => row.EventName)
        .Number("occurred_at", row => row.OccurredAt)
        .Number("received_at", row => row.ReceivedAt)
        .Number("is_test", row => row.IsTest ? 1 : 0)
        .Number("named_program_id", row => row.NamedProgramId)
        .Text("lead_event_name", row => row.LeadEventName)
        .Number("checkout_started_at", row => row.CheckoutStartedAt)
        .Number("amount", row => row.Amount)
        .Number("tax", row => row.Tax)
        .Number("shipping", row => row.Shipping)
        .Number("discount", row => row.Discount)
        .Text("currency", row => row.Currency)
        .Text("payment_processor", row => row.PaymentProcessor)
        .Text("invoice_id", row => row.InvoiceId)
        .Text("subscription_id", row => row.SubscriptionId)
        .Text("line_items", row => row.LineItems)
        .Number("quantity", row => row.Quantity)
        .Text("metadata", row => row.Metadata)
        .Text("answer", row => row.Answer)
        .Text("request_hash", row => row.RequestHash)
        .Number("conflicts", _ => 0)
        .Number("enriched", row => row.Enriched ? 1 : 0));

    /// <summary>What is derived anew.</summary>
    public static readonly RowWriter<ConversionRow> Derived = Derive(new RowWriter<ConversionRow>("conversions", "id").Number("id", row => row.Id));

    /// <summary>Takes away what was copied from a click that is no longer the conversion's.</summary>
    public static readonly RowWriter<ConversionRow> OtherClicks = new RowWriter<ConversionRow>("conversions", "id")
        .Number("id", row => row.Id)
        .Text("country", _ => null)
        .Text("device", _ => null)
        .Text("browser", _ => null)
        .Text("os", _ => null)
        .Text("referer", _ => null)
        .Text("channel", _ => null)
        .Text("trigger", _ => null)
        .Number("enriched", row => row.Enriched ? 1 : 0);

    public static readonly RowWriter<TouchRow> Touches = new RowWriter<TouchRow>("touches", "conversion_id", "position")
        .Number("conversion_id", row => row.ConversionId)
        .Number("position", row => row.Position)
        .Number("customer_id", row => row.CustomerId)
        .Text("method", row => row.Method)
        .Number("link_id", row => row.LinkId)
        .Number("partner_id", row => row.PartnerId)
        .Number("program_id", row => row.ProgramId)
        .Text("click_token", row => row.ClickToken)
        .Number("occurred_at", row => row.OccurredAt)
        .Text("refusal", row => row.Refusal);

    public static readonly RowWriter<CreditRow> Credits = new RowWriter<CreditRow>("credits", "conversion_id", "position")
        .Number("conversion_id", row => row.ConversionId)
        .Number("position", row => row.Position)
        .Number("customer_id", row => row.CustomerId)
        .Number("link_id", row => row.LinkId)
        .Number("partner_id", row => row.PartnerId)
        .Text("method", row => row.Method)
        .Text("click_token", row => row.ClickToken)
        .Number("weight", row => row.Weight)
        .Number("amount", row => row.Amount)
        .Number("refunded", row => row.Refunded);

    public static readonly RowWriter<AdjustmentRow> Adjustments = new RowWriter<AdjustmentRow>("adjustments", "id")
        .Number("id", row => row.Id)
        .Text("business_key", row => row.BusinessKey)
        .Text("kind", row => row.Kind)
        .Text("sale_key", row => row.SaleKey)
        .Number("conversion_id", row => row.ConversionId)
        .Number("amount", row => row.Amount)
        .Number("applied", row => row.Applied)
        .Text("currency", row => row.Currency)
        .Number("tax", row => row.Tax)
        .Number("shipping", row => row.Shipping)
        .Text("line_items", row => row.LineItems)
        .Number("occurred_at", row => row.OccurredAt)
        .Number("received_at", row => row.ReceivedAt)
        .Text("reason", row => row.Reason)
        .Number("is_test", row => row.IsTest ? 1 : 0)
        .Text("answer", row => row.Answer)
        .Text("request_hash", row => row.RequestHash)
        .Number("conflicts", _ => 0);

    public static readonly RowWriter<AdjustmentRow> Applied = new RowWriter<AdjustmentRow>("adjustments", "id")
        .Number("id", row => row.Id)
        .Number("conversion_id", row => row.ConversionId)
        .Number("applied", row => row.Applied);

    private static RowWriter<ConversionRow> Derive(RowWriter<ConversionRow> rows) => rows
        .Number("link_id", row => row.LinkId)
        .Number("partner_id", row => row.PartnerId)
        .Text("click_token", row => row.ClickToken)
        .Number("clicked_at", row => row.ClickedAt)
        .Text("method", row => row.Method)
        .Text("decision", row => row.Decision)
        .Number("program_id", row => row.ProgramId)
        .Number("rule_version", row => row.RuleVersion)
        .Number("refunded", row => row.Refunded)
        .Text("rate_from", row => row.RateFrom)
        .Text("rate", row => row.Rate)
        .Text("rate_source", row => row.RateSource)
        .Number("converted", row => row.Converted)
        .Number("credit_version", row => row.CreditVersion);
}
