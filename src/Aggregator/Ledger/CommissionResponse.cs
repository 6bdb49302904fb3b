using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Customers;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>A commission on the wire. Amounts are minor units of the currency.</summary>
internal sealed record CommissionResponse
{
    public required string Id { get; init; }

    /// <summary><c>lead</c>, <c>sale</c> or <c>custom</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What the earnings were computed from: the partner's part of the sale, in the program's currency, or what a person made of it.</summary>
    public required long Amount { get; init; }

    public required long Earnings { get; init; }

    public required string Currency { get; init; }

    public required string Status { get; init; }

    public required string? InvoiceId { get; init; }

    /// <summary>Why it is less than the rule says, or what a person wrote.</summary>
    public required string? Description { get; init; }

    public required int Quantity { get; init; }

    public required string? UserId { get; init; }

    public required JsonNode? Metadata { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    public required string? PaidAt { get; init; }

    public required CommissionPartner Partner { get; init; }

    public required CustomerResponse? Customer { get; init; }

    // Ours.
    public required string ProgramId { get; init; }

    /// <summary>Of the lead or sale.</summary>
    public required string? EventName { get; init; }

    /// <summary>The rule; null for one that a person made.</summary>
    public required string? RewardId { get; init; }

    public required int RuleVersion { get; init; }

    public required string? LinkId { get; init; }

    public required string? PayoutId { get; init; }

    public required string OccurredAt { get; init; }

    /// <summary>End of the holding period.</summary>
    public required string AvailableAt { get; init; }

    /// <summary>Null while a person has to approve it.</summary>
    public required string? ApprovedAt { get; init; }

    /// <summary>Before caps, refunds and decisions.</summary>
    public required long Due { get; init; }

    /// <summary>Grows with every change.</summary>
    public required long Version { get; init; }

    public required bool TestMode { get; init; }
}

/// <param name="GroupId">The group that the partner was in when it was earned.</param>
internal sealed record CommissionPartner(string Id, string Name, string? Email, string? Image, string? PayoutsEnabledAt, string? Country, string? GroupId);

/// <summary>The answer to a commission that was made by hand.</summary>
internal sealed record CommissionMade(bool Success, string Message, string CommissionId);

/// <summary>A commission that was changed with others.</summary>
internal sealed record CommissionChanged(string Id, string Status);
