using System.Globalization;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>
/// Amounts of the claims of one reward, one behind the other in the order in which they occurred, with the sums that tiers and caps
/// go by. The same claims give the same amounts, in whatever order they came to be known.
/// </summary>
/// <param name="totals">The sums before the first of the claims; they are those behind the last one afterwards.</param>
internal sealed class RewardFold(Dictionary<TotalKey, RewardTotal> totals)
{
    /// <param name="periods">The periods whose sums are kept: for partners, and for all together.</param>
    /// <param name="claims">In their order.</param>
    public IReadOnlyList<Grant> Grant(RewardSums periods, IReadOnlyList<Claim> claims)
    {
        // :: 1  What retroactive tiers go by: the sums with all of the claims, also those by versions without tiers.
        var whole = new Dictionary<TotalKey, RewardTotal>();
        foreach (var claim in claims)
        {
            foreach (var key in periods.KeysOf(claim))
            {
                whole[key] = whole.GetValueOrDefault(key, totals.GetValueOrDefault(key)).With(claim);
            }
        }

        // :: 2  Each claim: its amount, then the smallest room that its caps leave, then its place in the sums.
        var grants = new List<Grant>(claims.Count);
        foreach (var claim in claims)
        {
            var tier = claim.Rule.Tiers is null ? default : TierKey(claim);
            var due = claim.Rule.Tiers is null
                ? RewardAmount.Of(claim, default, default)
                : RewardAmount.Of(claim, totals.GetValueOrDefault(tier), whole[tier]);
            var grant = Capped(claim, due);
            grants.Add(grant);
            foreach (var key in periods.KeysOf(claim))
            {
                totals[key] = totals.GetValueOrDefault(key).With(claim, grant);
            }
        }

        return grants;
    }

    private static TotalKey TierKey(Claim claim) => KeyOf(claim, claim.PartnerId, claim.Rule.Tiers!.Period);

    private static TotalKey KeyOf(Claim claim, long partner, string period) => new(partner, period, RewardPeriod.StartOf(period, claim.OccurredAtMs));

    private Grant Capped(Claim claim, long due)
    {
        var grant = new Grant(due, due, null);
        foreach (var cap in claim.Rule.Caps)
        {
            var given = totals.GetValueOrDefault(KeyOf(claim, cap.Scope == "program" ? 0 : claim.PartnerId, cap.Period)).Granted;
            var room = Math.Max(0, cap.Amount - given);
            if (room < grant.Amount)
            {
                grant = new Grant(due, room, NoteOf(cap, room));
            }
        }

        return grant;
    }

    private static string NoteOf(RewardCap cap, long room) => string.Create(
        CultureInfo.InvariantCulture,
        $"cap {cap.Amount} for {(cap.Scope == "program" ? "the program" : "each partner")}, {(cap.Period == RewardPeriod.All ? "for ever" : "each " + cap.Period)}: {(room == 0 ? "nothing is left" : "pays the rest")}");
}
