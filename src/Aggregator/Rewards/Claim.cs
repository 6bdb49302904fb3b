using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>What the amount of one reward depends on, besides the claims before it.</summary>
/// <param name="Key">Decides among those of the same millisecond.</param>
/// <param name="Basis">Minor units of the program's currency.</param>
/// <param name="Counts">False for one that a person turned down: it takes nothing from caps and lifts nobody to a tier.</param>
internal sealed record Claim(
    RewardRule Rule, long PartnerId, long OccurredAtMs, string Key, long Basis, int Quantity, Shares Shares, bool Counts = true) : IComparable<Claim>
{
    public int CompareTo(Claim? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byTime = OccurredAtMs.CompareTo(other.OccurredAtMs);
        var byKey = byTime != 0 ? byTime : string.CompareOrdinal(Key, other.Key);
        return byKey != 0 ? byKey : PartnerId.CompareTo(other.PartnerId);
    }
}

/// <param name="Due">Before caps, in the reward's unit.</param>
/// <param name="Amount">After caps.</param>
/// <param name="Note">Why it is less than was due; null when it is not.</param>
internal sealed record Grant(long Due, long Amount, string? Note);
