using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>
/// Which sums a reward needs by all versions of its program: a cap that begins later counts what was given before. Null for a
/// reward without tiers and caps, whose amounts do not depend on each other.
/// </summary>
/// <param name="OfPartner">Periods of the sums for each partner.</param>
/// <param name="OfProgram">Periods of the sums for all partners together.</param>
/// <param name="Span">The period within which one amount can change another.</param>
internal sealed record RewardSums(IReadOnlyList<string> OfPartner, IReadOnlyList<string> OfProgram, string Span)
{
    /// <summary>Whether one partner's amounts depend on another's.</summary>
    public bool IsShared => OfProgram.Count > 0;

    /// <summary>Asks all versions of the program for the tiers and caps of the reward.</summary>
    public static RewardSums? Of(ReferralProgram program, string rewardId)
    {
        var rules = program.Versions.SelectMany(version => version.Rules.AllRewards()).Where(rule => rule.Id == rewardId).ToList();
        var caps = rules.SelectMany(rule => rule.Caps).ToList();
        var ofPartner = caps.Where(cap => cap.Scope != "program").Select(cap => cap.Period)
            .Concat(rules.Select(rule => rule.Tiers?.Period).OfType<string>()).Distinct().ToList();
        var ofProgram = caps.Where(cap => cap.Scope == "program").Select(cap => cap.Period).Distinct().ToList();
        return ofPartner.Count + ofProgram.Count == 0 ? null : new RewardSums(ofPartner, ofProgram, RewardPeriod.Widest([.. ofPartner, .. ofProgram]));
    }

    /// <summary>The sums that the claim is in.</summary>
    public IEnumerable<TotalKey> KeysOf(Claim claim) => KeysOf(claim.PartnerId, claim.OccurredAtMs);

    /// <summary>The sums that something of a partner at that time is in.</summary>
    public IEnumerable<TotalKey> KeysOf(long partner, long atMs) => OfPartner.Select(period => (Partner: partner, Period: period))
        .Concat(OfProgram.Select(period => (Partner: 0L, Period: period)))
        .Select(sum => new TotalKey(sum.Partner, sum.Period, RewardPeriod.StartOf(sum.Period, atMs)));
}
