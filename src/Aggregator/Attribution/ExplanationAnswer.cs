using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Why a conversion is credited as it is. Amounts are minor units of <see cref="Currency"/>.</summary>
/// <param name="Summary">All of it in a few sentences.</param>
/// <param name="Type"><c>lead</c>, <c>deferred</c>, <c>sale</c> or <c>event</c>.</param>
/// <param name="Program">Whose rules decided; null when nobody is credited.</param>
/// <param name="RuleVersion">Of that program, else of the one that was named or of the default one.</param>
/// <param name="Rules">That version.</param>
/// <param name="IsConflict">Weaker evidence names somebody else.</param>
internal sealed record ExplanationAnswer(
    string Id,
    string Summary,
    string Type,
    string EventName,
    string OccurredAt,
    string ReceivedAt,
    bool TestMode,
    long? Amount,
    string? Currency,
    long Refunded,
    ExplainedInputs Inputs,
    ExplainedProgram? Program,
    int RuleVersion,
    AttributionRules Rules,
    string Model,
    bool IsConflict,
    IReadOnlyList<ExplainedCredit> Credits,
    IReadOnlyList<ExplainedLoser> Rejected,
    IReadOnlyList<ExplainedAdjustment> Adjustments,
    IReadOnlyList<ExplainedCommission> Commissions,
    IReadOnlyList<ExplainedUnmet> NotRewarded);

/// <summary>What was told with the conversion and of its customer, apart from evidence.</summary>
internal sealed record ExplainedInputs(
    string CustomerId, string CustomerExternalId, string? CustomerKnownSince, string? ProgramId, string? LeadEventName, string? CheckoutStartedAt);

internal sealed record ExplainedProgram(string Id, string Name);

/// <param name="At">When it happened.</param>
/// <param name="InheritedFrom">The conversion whose credit this one inherits.</param>
internal sealed record ExplainedTouch(
    string Method, string? LinkId, string? ShortLink, string? PartnerId, string? PartnerName, string? ClickId, string At, string? ProgramId, string? InheritedFrom);

/// <param name="Weight">Its share is this by the sum of all weights.</param>
/// <param name="Percent">The share, rounded to four digits: for people. What is divided is the amount, by the weights.</param>
internal sealed record ExplainedCredit(ExplainedTouch Touch, long Weight, decimal Percent, long Amount, long Refunded);

/// <param name="Reason">One of a closed list, or what it was refused for when it was told.</param>
/// <param name="Explanation">The same in a sentence.</param>
internal sealed record ExplainedLoser(ExplainedTouch Touch, string Reason, string Explanation);

/// <param name="Amount">As asked for; null: all that was left.</param>
/// <param name="Applied">What of it took effect.</param>
/// <param name="Tax">What went back, as far as it was told, like the next two.</param>
internal sealed record ExplainedAdjustment(
    string Id, string Type, long? Amount, long Applied, string OccurredAt, string? Reason, long? Tax, long? Shipping, IReadOnlyList<LineItem>? LineItems);

/// <param name="Unit">A currency, or what else <see cref="Earnings"/> are counted in.</param>
/// <param name="Label">What a reward is for, in the shop's words; null when its rule does not say it.</param>
/// <param name="BasisPoints">Of a discount: 1500 is 15 %; null for everything else.</param>
internal sealed record ExplainedCommission(
    string Id, string? PartnerId, string Side, string RewardId, string Unit, long Basis, long Due, long Earnings, string State, string? Outcome, string? Note, string? Label, int? BasisPoints);

/// <param name="PartnerId">Who is credited and got nothing by this rule.</param>
/// <param name="RewardId">The rule; null: the partner got nothing by any, and so for <paramref name="Side"/>.</param>
/// <param name="Reason">The first of the rule's conditions that was not met, one of a closed list.</param>
/// <param name="Explanation">The same in a sentence.</param>
internal sealed record ExplainedUnmet(string PartnerId, string? RewardId, string? Side, string Reason, string Explanation);
