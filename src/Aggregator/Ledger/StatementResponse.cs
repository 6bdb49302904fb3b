namespace LinkTracker.Aggregator.Ledger;

/// <summary>What one partner earned and was paid: each referred customer, each purchase, posting by posting. Amounts are minor units of the currency.</summary>
/// <param name="PayoutId">The payout that it was written with; null for what came behind the last one.</param>
/// <param name="FromPosition">The first posting that it covers.</param>
/// <param name="ToPosition">The last.</param>
/// <param name="Opening">What was owed before; below 0 what was to be set off.</param>
/// <param name="Paid">By payouts, less those that failed.</param>
/// <param name="Closing">What is owed behind it.</param>
/// <param name="Customers">In the order of their first posting.</param>
/// <param name="Other">Payouts, and what a person made.</param>
internal sealed record StatementResponse(
    string PartnerId, string PartnerName, string ProgramId, string Currency, bool TestMode, string? PayoutId, long FromPosition, long ToPosition,
    long Opening, long Paid, long Closing, IReadOnlyList<StatementCustomer> Customers, IReadOnlyList<StatementPosting> Other);

internal sealed record StatementCustomer(string CustomerId, string ExternalId, IReadOnlyList<StatementPurchase> Purchases);

/// <param name="Amount">All that was paid; 0 for a lead.</param>
/// <param name="Currency">Of the three amounts: the sale's own; null for a lead.</param>
/// <param name="Reward">What is owed for it by all that was known when this was written, in the statement's currency.</param>
internal sealed record StatementPurchase(
    string CommissionId, string Type, string OccurredAt, string? InvoiceId, long Amount, long Refunded, long Net, string? Currency, long Reward, string? Note,
    IReadOnlyList<StatementPosting> Postings);

/// <param name="Owed">By how much it changes what is owed.</param>
internal sealed record StatementPosting(long Position, string PostedAt, string Kind, long Amount, string Debit, string Credit, long Owed, string Cause);
