namespace LinkTracker.Aggregator.Ledger;

/// <summary>A row of <c>payouts</c>.</summary>
internal sealed class PayoutRow
{
    public const string Processing = "processing";
    public const string Completed = "completed";
    public const string Failed = "failed";

    public long Id { get; set; }

    public long BatchId { get; set; }

    public long ProgramId { get; set; }

    public long PartnerId { get; set; }

    public string Unit { get; set; } = "";

    public long Amount { get; set; }

    public long FromPosition { get; set; }

    public long ToPosition { get; set; }

    public string Status { get; set; } = Processing;

    public string? Reference { get; set; }

    public string? Failure { get; set; }

    public long CreatedAt { get; set; }

    public long? PaidAt { get; set; }
}

/// <summary>A row of <c>payout_batches</c>.</summary>
internal sealed class PayoutBatchRow
{
    public long Id { get; set; }

    public long ProgramId { get; set; }

    public string Unit { get; set; } = "";

    public long Position { get; set; }

    public bool IsTest { get; set; }

    public long CreatedAt { get; set; }
}
