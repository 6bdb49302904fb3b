namespace LinkTracker.Aggregator.Rewards;

/// <summary>Which sum of a reward: a partner's, or with 0 that of all together, in one period.</summary>
/// <param name="StartsAtMs">Unix milliseconds.</param>
internal readonly record struct TotalKey(long PartnerId, string Period, long StartsAtMs);

/// <summary>What a reward gave so far. What was turned down is not in it; what was refunded is: a refund lifts no cap and lowers no tier.</summary>
/// <param name="Revenue">Sum of the bases, minor units of the program's currency.</param>
/// <param name="Due">Before caps, in the reward's unit.</param>
/// <param name="Granted">After caps, in the same.</param>
internal readonly record struct RewardTotal(long Conversions, long Revenue, long Due, long Granted)
{
    /// <summary>With the claim's conversion and basis, before it is known what it gives.</summary>
    /// <exception cref="OverflowException">A sum does not fit into 64 bits.</exception>
    public RewardTotal With(Claim claim) => claim.Counts
        ? this with { Conversions = Conversions + 1, Revenue = checked(Revenue + claim.Basis) }
        : this;

    /// <summary>With all of the claim.</summary>
    /// <exception cref="OverflowException">A sum does not fit into 64 bits.</exception>
    public RewardTotal With(Claim claim, Grant grant) => claim.Counts
        ? With(claim) with { Due = checked(Due + grant.Due), Granted = checked(Granted + grant.Amount) }
        : this;
}
