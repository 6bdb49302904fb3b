using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Amounts of commissions that depend on others by caps or tiers. Those behind all others only go on from the sums that are kept. When one
/// comes between others, changes or goes, its chain is computed anew from its first, so that the end does not depend on the order.
/// </summary>
internal sealed class RewardChains(ILedgerStore store, ProgramSet programs, CommissionSet rows, PartnerGroups groups)
{
    private readonly Dictionary<(long Program, string Reward), RewardSums?> _sums = [];
    private readonly Dictionary<RewardChain, List<CommissionRow>> _added = [];

    // Each with the sums that one which has left it was in.
    private readonly Dictionary<RewardChain, HashSet<TotalKey>> _rewritten = [];
    private readonly List<RewardTotalRow> _totals = [];

    /// <summary>Whether the amount of this one depends on others'.</summary>
    public bool Has(CommissionRow row) => row.RewardId.Length > 0 && SumsOf(row) is not null;

    /// <summary>A new commission of the reward.</summary>
    public void Add(CommissionRow row)
    {
        var chain = ChainOf(row);
        if (!_added.TryGetValue(chain, out var list))
        {
            _added.Add(chain, list = []);
        }

        list.Add(row);
    }

    /// <summary>Something that others depend on changed, or is going to, in this one; or it is as it was in a chain that it has left.</summary>
    public void Rewrite(CommissionRow row) => Rewrite(ChainOf(row)).UnionWith(SumsOf(row)!.KeysOf(row.PartnerId!.Value, row.OccurredAt));

    /// <summary>Grants all, and returns the sums that changed with those whose amounts may have.</summary>
    public (IReadOnlyList<RewardTotalRow> Totals, IReadOnlyList<CommissionRow> Granted) Run()
    {
        var granted = new List<CommissionRow>();

        // :: 1  Chains whose new ones are all behind the others go on from their sums.
        var appended = _added.Where(chain => !_rewritten.ContainsKey(chain.Key)).ToDictionary();
        if (appended.Count > 0)
        {
            var newest = store.Newest(appended.Keys, appended.Values.Min(list => list.Min(row => row.OccurredAt)));
            var claims = appended.ToDictionary(chain => chain.Key, chain => chain.Value.Select(row => (Claim: ClaimOf(row), Row: row)).OrderBy(one => one.Claim).ToList());
            var keys = claims.ToDictionary(chain => chain.Key, chain => chain.Value.SelectMany(one => SumsOf(one.Row)!.KeysOf(one.Claim)).ToHashSet());
            var stored = store.Totals(appended.Keys, [.. keys.Values.SelectMany(some => some).Distinct()])
                .ToLookup(total => (total.ProgramId, total.RewardId));
            var totals = appended.Keys.ToDictionary(chain => chain, chain => stored[(chain.ProgramId, chain.TotalsId)].ToDictionary(KeyOf, ToTotal));
            var unsummed = Unsummed(keys.SelectMany(chain => chain.Value.Where(key => !totals[chain.Key].ContainsKey(key)).Select(key => (chain.Key, key))));
            foreach (var (chain, list) in claims)
            {
                var isBehind = !newest.TryGetValue(chain, out var last) || last < list[0].Row.OccurredAt;
                if (isBehind && !unsummed.Contains(chain) && !IsStepReached(list, totals[chain]))
                {
                    Grant(chain, list, totals[chain]);
                    granted.AddRange(list.Select(one => one.Row));
                }
                else
                {
                    Rewrite(chain);
                }
            }
        }

        if (_rewritten.Count == 0)
        {
            return (_totals, granted);
        }

        // :: 2  The others from the start of their span. Granting moves none to another chain.
        foreach (var chain in _rewritten.Keys)
        {
            rows.Track(store.OfChain(chain));
        }

        var ofChains = rows.All.Where(Has).ToLookup(ChainOf);
        groups.Load(_rewritten.Keys.SelectMany(chain => ofChains[chain]).Select(row => row.PartnerId!.Value));
        foreach (var (chain, lost) in _rewritten)
        {
            var members = ofChains[chain].ToList();
            Grant(chain, [.. members.Select(row => (Claim: ClaimOf(row), Row: row)).OrderBy(one => one.Claim)], []);
            granted.AddRange(members);

            // Whoever is the next to go on from these sums must not find there what is not in the chain any more.
            lost.ExceptWith(members.SelectMany(row => SumsOf(row)!.KeysOf(row.PartnerId!.Value, row.OccurredAt)));
            _totals.AddRange(lost.Select(key => ToRow(chain, key, default)));
        }

        return (_totals, granted);
    }

    private HashSet<TotalKey> Rewrite(RewardChain chain) =>
        _rewritten.TryGetValue(chain, out var lost) ? lost : _rewritten[chain] = [];

    // A cap, a tier or a longer period may be newer than commissions that it counts: their sums were never written.
    private HashSet<RewardChain> Unsummed(IEnumerable<(RewardChain Chain, TotalKey Key)> missing)
    {
        var unsummed = new HashSet<RewardChain>();
        foreach (var some in missing.GroupBy(one => one.Key.StartsAtMs))
        {
            var owners = some.ToLookup(one => one.Chain with { PartnerId = one.Key.PartnerId }, one => one.Chain);
            unsummed.UnionWith(store.Newest([.. owners.Select(owner => owner.Key)], some.Key).Keys.SelectMany(owner => owners[owner]));
        }

        return unsummed;
    }

    private void Grant(RewardChain chain, List<(Claim Claim, CommissionRow Row)> list, Dictionary<TotalKey, RewardTotal> totals)
    {
        if (list.Count == 0)
        {
            return;
        }

        var sums = SumsOf(list[0].Row)!;
        var grants = new RewardFold(totals).Grant(sums, [.. list.Select(one => one.Claim)]);
        foreach (var ((_, row), grant) in list.Zip(grants))
        {
            (row.Due, row.Granted, row.Note) = row.IsGone ? (0, 0, null) : (grant.Due, grant.Amount, row.Note == Decided.Dropped ? row.Note : grant.Note);
        }

        foreach (var key in list.SelectMany(one => sums.KeysOf(one.Claim)).Distinct())
        {
            _totals.Add(ToRow(chain, key, totals[key]));
        }
    }

    // A retroactive step is for those before it, too: they are not there when a chain only goes on.
    private bool IsStepReached(List<(Claim Claim, CommissionRow Row)> list, Dictionary<TotalKey, RewardTotal> totals)
    {
        var rules = programs.ById[list[0].Row.ProgramId].Versions.SelectMany(version => version.Rules.AllRewards())
            .Where(rule => rule.Id == list[0].Row.RewardId && rule.Tiers?.Mode == "retroactive").ToList();
        return rules.Exists(rule => list.GroupBy(one => TierKey(rule, one.Claim)).Any(period =>
        {
            var before = totals.GetValueOrDefault(period.Key);
            var after = period.Aggregate(before, (total, one) => total.With(one.Claim));
            return RewardAmount.StepAt(rule, after) != RewardAmount.StepAt(rule, before);
        }));
    }

    private static TotalKey TierKey(RewardRule rule, Claim claim) =>
        new(claim.PartnerId, rule.Tiers!.Period, RewardPeriod.StartOf(rule.Tiers.Period, claim.OccurredAtMs));

    private Claim ClaimOf(CommissionRow row) => new(
        groups.RuleOf(row), row.PartnerId!.Value, row.OccurredAt, row.OrderKey, row.Basis, row.Quantity, Shares.Parse(row.Shares),
        Counts: !row.IsGone && (row.Decided is null || Decided.OutcomeOf(row.Decided) is null));

    private RewardChain ChainOf(CommissionRow row) => RewardChain.Of(row, SumsOf(row)!);

    private RewardSums? SumsOf(CommissionRow row)
    {
        var key = (row.ProgramId, row.RewardId);
        if (!_sums.TryGetValue(key, out var sums))
        {
            _sums.Add(key, sums = RewardSums.Of(programs.ById[row.ProgramId], row.RewardId));
        }

        return sums;
    }

    private static TotalKey KeyOf(RewardTotalRow row) => new(row.PartnerId, row.Period, row.StartsAt);

    private static RewardTotal ToTotal(RewardTotalRow row) => new(row.Conversions, row.Revenue, row.Due, row.Earnings);

    private static RewardTotalRow ToRow(RewardChain chain, TotalKey key, RewardTotal total) => new()
    {
        ProgramId = chain.ProgramId,
        RewardId = chain.TotalsId,
        PartnerId = key.PartnerId,
        Period = key.Period,
        StartsAt = key.StartsAtMs,
        Conversions = total.Conversions,
        Revenue = total.Revenue,
        Due = total.Due,
        Earnings = total.Granted,
    };
}
