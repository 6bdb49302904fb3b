using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What one partner earned and was paid: each referred customer, each purchase, posting by posting. Amounts are minor units of the currency.</summary>
/// <param name="PayoutId">The payout that it was written with; null for what came behind the last one.</param>
/// <param name="FromPosition">The first posting that it covers.</param>
/// <param name="ToPosition">The last.</param>
/// <param name="Opening">What was owed before; below 0 what was to be set off.</param>
/// <param name="Paid">By payouts, less those that failed.</param>
/// <param name="Closing">What is owed behind it.</param>
/// <param name="Customers">In the order of the first that is listed of each.</param>
/// <param name="Other">Payouts, and what a person made.</param>
internal sealed record StatementResponse(
    string PartnerId, string PartnerName, string ProgramId, string Currency, bool TestMode, string? PayoutId, long FromPosition, long ToPosition,
    long Opening, long Paid, long Closing, IReadOnlyList<StatementCustomer> Customers, IReadOnlyList<StatementPosting> Other);

/// <param name="ExternalId">The shop's; a pseudonym once the customer was deleted.</param>
/// <param name="Purchases">Leads and sales, in the order in which they happened.</param>
internal sealed record StatementCustomer(string CustomerId, string ExternalId, IReadOnlyList<StatementPurchase> Purchases);

/// <param name="CommissionId">Null when the referrer gets nothing for it.</param>
/// <param name="ConversionId">Null for what a person gave.</param>
/// <param name="Amount">All that was paid; 0 for a lead.</param>
/// <param name="Credited">The referrer's part of that.</param>
/// <param name="Currency">Of the four amounts: the sale's own; null for a lead.</param>
/// <param name="Reward">What is owed for it by all that was known when this was written, in the statement's currency.</param>
/// <param name="Status">That of the commission; <c>waiting</c> for an exchange rate, or <c>none</c>.</param>
/// <param name="Reason">Why there is no reward, or not yet, in words; null when nothing keeps it back.</param>
internal sealed record StatementPurchase(
    string? CommissionId, string? ConversionId, string Type, string OccurredAt, string? InvoiceId, long Amount, long Refunded, long Net, long Credited, string? Currency, long Reward,
    string Status, string? Reason, string? Note, IReadOnlyList<StatementPosting> Postings);

/// <param name="Owed">By how much it changes what is owed.</param>
internal sealed record StatementPosting(long Position, string PostedAt, string Kind, long Amount, string Debit, string Credit, long Owed, string Cause)
{
    public static StatementPosting Of(PostingRow row) => new(row.Position, Fields.Time(row.PostedAt), row.Kind, row.Amount, row.Debit, row.Credit, row.Owed, row.Cause);
}
