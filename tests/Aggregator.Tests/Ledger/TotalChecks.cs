using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>What must hold of the sums that rewards with caps and tiers go on from.</summary>
internal static class TotalChecks
{
    /// <summary>Every sum that is kept of a reward is that of the commissions which count for it.</summary>
    public static void Hold(MemoryLedger store, ProgramSet programs)
    {
        var counted = store.Commissions.Values.Where(row => row.RewardId.Length > 0 && !row.IsGone && LedgerChecks.IsCounted(row)).ToList();
        foreach (var total in store.AllTotals)
        {
            var chain = counted.Where(row => row.ProgramId == total.ProgramId && row.RewardId == total.RewardId && (total.PartnerId == 0 || row.PartnerId == total.PartnerId)
                && RewardPeriod.StartOf(total.Period, row.OccurredAt) == total.StartsAt).ToList();
            Assert.Equal(
                (chain.Count, chain.Sum(row => row.Basis), chain.Sum(row => row.Due), chain.Sum(row => row.Granted)),
                (total.Conversions, total.Revenue, total.Due, total.Earnings));
        }

        // And none is missing.
        var kept = store.AllTotals.Select(total => (total.ProgramId, total.RewardId, new TotalKey(total.PartnerId, total.Period, total.StartsAt))).ToHashSet();
        Assert.All(counted, row => Assert.All(
            RewardSums.Of(programs.ById[row.ProgramId], row.RewardId)?.KeysOf(row.PartnerId!.Value, row.OccurredAt) ?? [], key => Assert.Contains((row.ProgramId, row.RewardId, key), kept)));
    }
}
