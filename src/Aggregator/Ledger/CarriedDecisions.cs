using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// What people said of rewards that are another conversion's by now. The lead's reward, the first sale's and that of each nth sale go to another
/// conversion when an earlier one is told late. What was said stays with the commission of which it was said and holds for the one that has the
/// reward: so it comes back with the reward, and nothing depends on which of the conversions was told first.
/// </summary>
internal static class CarriedDecisions
{
    /// <param name="ofCustomer">All commissions of one customer by rules, also those that the facts do not give any more.</param>
    /// <returns>By the id of the commission that it holds for: the one of which it was said.</returns>
    public static IReadOnlyDictionary<long, CommissionRow> Of(IEnumerable<CommissionRow> ofCustomer, Func<CommissionRow, RewardRule> ruleOf)
    {
        var carried = new Dictionary<long, CommissionRow>();
        foreach (var reward in ofCustomer.GroupBy(row => (row.ProgramId, row.RewardId, row.Side, row.Unit)))
        {
            var rewarded = reward.Where(row => !row.IsGone).Select(row => row.ConversionId).ToHashSet();
            foreach (var owned in reward.Where(row => CustomerPlace.IsOrdinal(ruleOf(row))).GroupBy(row => row.Side == Due.Friend ? 0 : row.PartnerId))
            {
                Carry([.. owned.OrderBy(row => row.OccurredAt).ThenBy(row => row.OrderKey, StringComparer.Ordinal)], rewarded, carried);
            }
        }

        return carried;
    }

    // To the last one before it that nobody said anything of, for that is where an earlier conversion takes it; else to the first behind it.
    private static void Carry(List<CommissionRow> rows, HashSet<long?> rewarded, Dictionary<long, CommissionRow> carried)
    {
        var free = Enumerable.Range(0, rows.Count).Where(i => !rows[i].IsGone && (rows[i].Decided is null || rows[i].DecidedFrom is not null)).ToList();
        for (var i = 0; i < rows.Count && free.Count > 0; i++)
        {
            if (IsToCarry(rows[i]) && !rewarded.Contains(rows[i].ConversionId))
            {
                var to = Math.Max(0, free.FindLastIndex(one => one < i));
                carried.Add(rows[free[to]].Id, rows[i]);
                free.RemoveAt(to);
            }
        }
    }

    // The amount of a sale is that sale's, and a fraud case judges each conversion by itself. A conversion that rewards another partner by now took its reward there.
    private static bool IsToCarry(CommissionRow row) =>
        row is { IsGone: true, DecidedFrom: null, Decided: { } said } && !Decided.IsOfCase(said) && Decided.SaleOf(said) is null;
}
