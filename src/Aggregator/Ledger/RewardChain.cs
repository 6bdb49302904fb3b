using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Commissions whose amounts depend on each other by a cap or a tier: those of one reward in one span of time.</summary>
/// <param name="PartnerId">0: those of all partners.</param>
/// <param name="StartsAtMs">Unix milliseconds.</param>
/// <param name="EndsAtMs">The first that is not in it.</param>
internal readonly record struct RewardChain(long ProgramId, string RewardId, bool IsTest, long PartnerId, long StartsAtMs, long EndsAtMs)
{
    /// <summary>Names the chain's sums. What is for trying out takes nothing from a cap on money.</summary>
    public string TotalsId => IsTest ? "test:" + RewardId : RewardId;

    /// <summary>The chain that a commission of a reward with such sums is in.</summary>
    public static RewardChain Of(CommissionRow row, RewardSums sums)
    {
        var start = RewardPeriod.StartOf(sums.Span, row.OccurredAt);
        return new RewardChain(row.ProgramId, row.RewardId, row.IsTest, sums.IsShared ? 0 : row.PartnerId!.Value, start, RewardPeriod.EndOf(sums.Span, start));
    }
}
