namespace LinkTracker.Aggregator.Ledger;

/// <summary>A sale whose rewards are computed once its rates are known.</summary>
/// <param name="Amount">Minor units of its currency.</param>
/// <param name="PartnerIds">Who is credited for it, the first with the largest part.</param>
/// <param name="Missing">Rates to the reporting currency that are not there: one of that day, or of one before it.</param>
internal sealed record WaitingSale(
    string SaleId, string? InvoiceId, string OccurredAt, long Amount, string Currency, string CustomerId, string ProgramId, string ProgramCurrency,
    IReadOnlyList<string> PartnerIds, IReadOnlyList<MissingRate> Missing, bool TestMode);

/// <param name="Date">UTC.</param>
internal sealed record MissingRate(string Currency, string Date);
