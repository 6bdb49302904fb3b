using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>What a rule gives somebody for a conversion, before tiers and caps say how much that is.</summary>
internal sealed record Due
{
    public const string Referrer = "referrer";
    public const string Friend = "friend";

    public required CreditedConversion Conversion { get; init; }

    public required long CustomerId { get; init; }

    public required bool IsTest { get; init; }

    public required ReferralProgram Program { get; init; }

    public required ProgramVersion Version { get; init; }

    /// <summary>The group that the partner was in then.</summary>
    public required ReferrerGroup? Group { get; init; }

    public required RewardRule Rule { get; init; }

    /// <summary>The referrer, also for the friend's reward.</summary>
    public required long PartnerId { get; init; }

    /// <summary>The link of the partner's largest credit.</summary>
    public required long LinkId { get; init; }

    public required Shares Shares { get; init; }

    /// <summary>The partner's part of what the reward is computed from, minor units of the program's currency; 0 for a lead.</summary>
    public required long Basis { get; init; }

    /// <summary>How long it waits for refunds.</summary>
    public int HoldingDays => Group?.HoldingDays ?? Version.Rules.HoldingDays;

    /// <summary>What its amount is computed from.</summary>
    public Claim ToClaim() => new(Rule, PartnerId, Conversion.OccurredAtMs, Conversion.Key, Basis, Conversion.Quantity, Shares);
}
