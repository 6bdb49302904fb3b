using System.Numerics;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>How much a claim is by its rule, with what came before it in its tiers' period.</summary>
internal static class RewardAmount
{
    private const int WholeInBasisPoints = 10_000;

    /// <param name="before">Of its partner in the period of the rule's tiers; all zeros when the rule has none.</param>
    /// <param name="period">The same with everything that is in the period by now: what <c>retroactive</c> tiers go by.</param>
    /// <exception cref="OverflowException">It does not fit into 64 bits.</exception>
    public static long Of(Claim claim, RewardTotal before, RewardTotal period)
    {
        var rule = claim.Rule;
        return rule switch
        {
            // What cannot be divided is given once.
            { Kind: "discount" or "access" } => 1,
            { Kind: "percentage", Tiers: { By: "revenue", Mode: "marginal" } tiers } => InParts(claim.Basis, rule.BasisPoints, tiers.Steps, before.Revenue),
            { Kind: "percentage" } => Percent(claim.Basis, (BigInteger)ValueOf(claim, before, period)),
            _ => claim.Shares.Of(checked(ValueOf(claim, before, period) * (rule.Event == "lead" ? claim.Quantity : 1))),
        };
    }

    /// <summary>The step that a total has reached: its value, or the rule's own below the first.</summary>
    public static long StepAt(RewardRule rule, RewardTotal total)
    {
        var own = rule.Kind == "percentage" ? rule.BasisPoints : rule.Amount;
        if (rule.Tiers is not { } tiers)
        {
            return own;
        }

        var reached = tiers.By == "count" ? total.Conversions : total.Revenue;
        return tiers.Steps.Where(step => step.From <= reached).MaxBy(step => step.From)?.Value ?? own;
    }

    private static long ValueOf(Claim claim, RewardTotal before, RewardTotal period) =>
        StepAt(claim.Rule, claim.Rule.Tiers?.Mode == "retroactive" ? period : before.With(claim));

    // What lies above a step is paid by it and what lies below by the one before; the sum is rounded once.
    private static long InParts(long basis, int ownBasisPoints, IReadOnlyList<RewardTier> steps, long before)
    {
        var (sum, from, to) = (BigInteger.Zero, (BigInteger)before, (BigInteger)before + basis);
        BigInteger value = ownBasisPoints;
        foreach (var step in steps.OrderBy(step => step.From))
        {
            if (step.From > from)
            {
                var upTo = BigInteger.Min(step.From, to);
                sum += (upTo - from) * value;
                from = upTo;
            }

            value = step.Value;
        }

        return (long)Rounding.HalfEven(sum + ((to - from) * value), WholeInBasisPoints);
    }

    private static long Percent(long basis, BigInteger basisPoints) => (long)Rounding.HalfEven(basis * basisPoints, WholeInBasisPoints);
}
