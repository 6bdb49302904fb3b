namespace LinkTracker.Aggregator.Ledger;

/// <summary>A payout on the wire. The amount is minor units of the currency.</summary>
internal sealed record PayoutResponse
{
    public required string Id { get; init; }

    /// <summary>The batch: what the contract's products send one invoice for.</summary>
    public required string? InvoiceId { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>processing</c> until it is confirmed: <c>completed</c>, or <c>failed</c>.</summary>
    public required string Status { get; init; }

    public required string? Description { get; init; }

    /// <summary>When the first posting was made that it covers, and the last.</summary>
    public required string? PeriodStart { get; init; }

    public required string? PeriodEnd { get; init; }

    public required string CreatedAt { get; init; }

    public required string? InitiatedAt { get; init; }

    public required string? PaidAt { get; init; }

    public required string? FailureReason { get; init; }

    /// <summary>Always <c>external</c>: the operator pays.</summary>
    public required string Mode { get; init; }

    public required string? Method { get; init; }

    /// <summary>Of the payment, by who made it.</summary>
    public required string? TraceId { get; init; }

    public required PayoutPartner Partner { get; init; }

    public required string BatchId { get; init; }

    public required string ProgramId { get; init; }

    public required bool TestMode { get; init; }
}

internal sealed record PayoutPartner(
    string Id, string Name, string? Email, string? Image, string? DefaultPayoutMethod, string? PayoutsEnabledAt, string? Country, string? GroupId, string? TenantId);

/// <summary>Payouts that were made together.</summary>
/// <param name="Position">The newest posting that it covers.</param>
/// <param name="Remaining">Partners that were owed enough when it was made, and are left for the next; null when it is read later.</param>
internal sealed record PayoutBatchResponse(string Id, string ProgramId, string Currency, bool TestMode, long Position, long Amount, string CreatedAt, int? Remaining,
    IReadOnlyList<PayoutResponse> Payouts);
