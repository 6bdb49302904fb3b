using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Which rules commissions are by: those of the group that their partner was in then. Groups are read for many partners at once.</summary>
internal sealed class PartnerGroups(ILedgerStore store, ProgramSet programs)
{
    private readonly Dictionary<long, GroupOf> _known = [];

    /// <summary>To be called before any of these partners is asked about.</summary>
    public void Load(IEnumerable<long> partners)
    {
        long[] missing = [.. partners.Distinct().Where(partner => !_known.ContainsKey(partner))];
        if (missing.Length > 0)
        {
            var groups = store.GroupsOf(missing);
            foreach (var partner in missing)
            {
                _known.Add(partner, groups);
            }
        }
    }

    public string? Of(long program, long partner, long atMs) => _known[partner](program, partner, atMs);

    /// <summary>The rule that a commission is by. Versions never change, so it is there.</summary>
    public RewardRule RuleOf(CommissionRow row) =>
        programs.RuleOf(row.ProgramId, row.RuleVersion, Of(row.ProgramId, row.PartnerId!.Value, row.OccurredAt), row.RewardId);
}
