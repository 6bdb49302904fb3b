namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>A case on the wire.</summary>
internal record CaseResponse
{
    public required string Id { get; init; }

    public required string ProgramId { get; init; }

    public required string PartnerId { get; init; }

    public required string PartnerName { get; init; }

    /// <summary>Code of the rule that made it.</summary>
    public required string Rule { get; init; }

    /// <summary>The hardest that was done for any of its conversions.</summary>
    public required string Mode { get; init; }

    /// <summary><c>open</c>, <c>confirmed</c> or <c>dismissed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Whole days since it was opened, until it was decided.</summary>
    public required long AgeDays { get; init; }

    public required long Conversions { get; init; }

    /// <summary>Commissions that it holds, or has taken back.</summary>
    public required long Commissions { get; init; }

    public required string OpenedAt { get; init; }

    public required string UpdatedAt { get; init; }

    public required string? ResolvedAt { get; init; }

    public required string? ResolvedBy { get; init; }

    public required string? Note { get; init; }
}

/// <summary>A case with its reasons.</summary>
internal sealed record CaseDetails : CaseResponse
{
    /// <summary>A page of them, the newest conversion first.</summary>
    public required IReadOnlyList<CaseItem> Items { get; init; }
}

/// <summary>Why one conversion is in a case.</summary>
/// <param name="Mode">What was done.</param>
/// <param name="Threshold">Of the rule then.</param>
/// <param name="RuleVersion">Of the program's rules that were in force.</param>
/// <param name="Evidence">For people to read.</param>
internal sealed record CaseItem(
    string ConversionId, string Kind, string CustomerId, string Mode, long Threshold, int RuleVersion, string Evidence, string OccurredAt, string CreatedAt);

/// <summary>A decision on a case.</summary>
internal sealed class ResolveRequest
{
    /// <summary><c>confirmed</c>: it is fraud, and nothing is owed for it; <c>dismissed</c>: it is honest.</summary>
    [System.ComponentModel.DataAnnotations.Required]
    public string? Decision { get; set; }

    /// <summary>Why, at most 2,000 characters.</summary>
    [System.ComponentModel.DataAnnotations.Required]
    public string? Note { get; set; }

    /// <summary>Who decided, at most 100 characters; <c>api</c> when left out.</summary>
    public string? ResolvedBy { get; set; }
}
