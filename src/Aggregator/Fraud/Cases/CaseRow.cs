namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>A row of <c>fraud_cases</c>.</summary>
internal class CaseRow
{
    public long Id { get; set; }

    public long ProgramId { get; set; }

    public long PartnerId { get; set; }

    public string Rule { get; set; } = "";

    public bool IsShadow { get; set; }

    /// <summary>A name of <see cref="CaseStatus"/>.</summary>
    public string Status { get; set; } = CaseStatus.Open;

    public long OpenedAt { get; set; }

    public long UpdatedAt { get; set; }

    public long? ResolvedAt { get; set; }

    public string? ResolvedBy { get; set; }

    public string? Note { get; set; }
}
