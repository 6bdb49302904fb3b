using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>A rule that gave a partner nothing for a conversion.</summary>
/// <param name="Rule">Null: the partner got nothing by any rule.</param>
/// <param name="Reason">The first condition that it failed, a name of <see cref="UnmetReasons"/>.</param>
internal sealed record Unmet(CreditedConversion Conversion, long PartnerId, RewardRule? Rule, string Reason);
