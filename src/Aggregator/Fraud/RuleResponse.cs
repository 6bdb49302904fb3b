namespace LinkTracker.Aggregator.Fraud;

/// <summary>A rule as it is in force now in a program, and how people judged it.</summary>
internal sealed record RuleResponse
{
    public required string Rule { get; init; }

    /// <summary>What it fires on.</summary>
    public required string Description { get; init; }

    public required string Mode { get; init; }

    /// <summary>Null for a rule that has none.</summary>
    public required long? Threshold { get; init; }

    /// <summary>Null for a rule that counts within no time.</summary>
    public required int? Minutes { get; init; }

    /// <summary><c>available</c>; <c>unavailable</c>: it judges nothing now.</summary>
    public required string State { get; init; }

    /// <summary>Why it is unavailable.</summary>
    public required string? Reason { get; init; }

    /// <summary>Commissions that are to be checked once more when it is available.</summary>
    public required long Skipped { get; init; }

    public required long Cases { get; init; }

    public required long Open { get; init; }

    public required long Confirmed { get; init; }

    /// <summary>Cases that were dismissed.</summary>
    public required long Overturned { get; init; }

    /// <summary><see cref="Overturned"/> by <see cref="Cases"/>, 0 to 1.</summary>
    public required decimal OverturnRate { get; init; }
}
