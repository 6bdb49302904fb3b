using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>The ledger's tables in memory. What it hands out are copies, as from a database.</summary>
internal sealed class MemoryLedger : ILedgerStore
{
    private readonly Dictionary<long, HashSet<long>> _ofCustomers = [];
    private readonly HashSet<long> _made = [];
    private readonly Dictionary<(long, string, bool), HashSet<long>> _ofRewards = [];
    private readonly Dictionary<(long, string, long, string, long), RewardTotalRow> _totals = [];

    public Dictionary<long, CommissionRow> Commissions { get; } = [];

    public List<PostingRow> Postings { get; } = [];

    public Dictionary<BalanceKey, long> Balances { get; } = [];

    public IEnumerable<RewardTotalRow> AllTotals => _totals.Values;

    public long Position { get; private set; }

    public Exchange Rates { get; set; } = (amount, from, to, _) => from == to ? amount : null;

    public GroupOf Groups { get; set; } = (_, _, _) => "default";

    public Lazy<IReadOnlyList<CommissionRow>> OfCustomers(IReadOnlyCollection<long> customers) =>
        new([.. customers.SelectMany(customer => _ofCustomers.GetValueOrDefault(customer, [])).Select(id => Commissions[id] with { })]);

    /// <summary>Nothing is checked in memory.</summary>
    public void CheckAgain(IReadOnlyCollection<long> customers)
    {
    }

    public IReadOnlyList<CommissionRow> ByIds(IReadOnlyCollection<long> ids) => [.. ids.Where(Commissions.ContainsKey).Select(id => Commissions[id] with { })];

    public Lazy<IReadOnlyList<CommissionRow>> MadeFor(IReadOnlyCollection<string> orderKeys) =>
        new([.. _made.Select(id => Commissions[id]).Where(row => orderKeys.Contains(row.OrderKey)).Select(row => row with { })]);

    public IReadOnlyList<CommissionRow> OfChain(RewardChain chain) =>
    [
        .. OfReward(chain).Where(row => row.OccurredAt >= chain.StartsAtMs && row.OccurredAt < chain.EndsAtMs && (chain.PartnerId == 0 || row.PartnerId == chain.PartnerId))
        .Select(row => row with { }),
    ];

    public IReadOnlyDictionary<RewardChain, long> Newest(IReadOnlyCollection<RewardChain> chains, long sinceMs)
    {
        var newest = new Dictionary<RewardChain, long>();
        foreach (var chain in chains)
        {
            var rows = OfReward(chain).Where(row => row.OccurredAt >= sinceMs && (chain.PartnerId == 0 || row.PartnerId == chain.PartnerId)).ToList();
            if (rows.Count > 0)
            {
                newest[chain] = rows.Max(row => row.OccurredAt);
            }
        }

        return newest;
    }

    public IReadOnlyList<RewardTotalRow> Totals(IReadOnlyCollection<RewardChain> chains, IReadOnlyCollection<TotalKey> keys) =>
    [
        .. from chain in chains
           from key in keys
           let id = (chain.ProgramId, chain.TotalsId, key.PartnerId, key.Period, key.StartsAtMs)
           where _totals.ContainsKey(id)
           group id by id into one
           select _totals[one.Key],
    ];

    public GroupOf GroupsOf(IReadOnlyCollection<long> partners) => Groups;

    public long TakePositions(int count)
    {
        Position += count;
        return Position - count;
    }

    public void MarkPaid(IReadOnlyCollection<PayoutRow> payouts, long nowMs) => Mark(
        payouts, nowMs, (row, payout) => row.State == Accounts.Payable && row.Owner == new Owner(Owner.Partner, payout.PartnerId) && (row.ProgramId, row.Unit) == (payout.ProgramId, payout.Unit), Accounts.Paid);

    public void MarkPayable(IReadOnlyCollection<PayoutRow> payouts, long nowMs) => Mark(payouts, nowMs, (row, payout) => row.PayoutId == payout.Id, Accounts.Payable);

    public void Save(IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal)
    {
        foreach (var row in commissions)
        {
            Commissions[row.Id] = row with { };
            (_ofRewards.TryGetValue((row.ProgramId, row.RewardId, row.IsTest), out var ids) ? ids : _ofRewards[(row.ProgramId, row.RewardId, row.IsTest)] = []).Add(row.Id);
            if (row is { RewardId: "", OrderKey: not "" })
            {
                _made.Add(row.Id);
            }

            if (row.CustomerId is { } customer)
            {
                (_ofCustomers.TryGetValue(customer, out var set) ? set : _ofCustomers[customer] = []).Add(row.Id);
            }
        }

        foreach (var row in totals)
        {
            _totals[(row.ProgramId, row.RewardId, row.PartnerId, row.Period, row.StartsAt)] = row;
        }

        Postings.AddRange(journal.Postings);
        foreach (var (key, by) in journal.Balances)
        {
            Balances[key] = checked(Balances.GetValueOrDefault(key) + by);
        }
    }

    private void Mark(IReadOnlyCollection<PayoutRow> payouts, long nowMs, Func<CommissionRow, PayoutRow, bool> isOf, string state)
    {
        foreach (var payout in payouts)
        {
            foreach (var row in Commissions.Values.Where(row => isOf(row, payout)))
            {
                (row.State, row.PayoutId, row.Version, row.UpdatedAt) = (state, state == Accounts.Paid ? payout.Id : null, row.Version + 1, nowMs);
            }
        }
    }

    private IEnumerable<CommissionRow> OfReward(RewardChain chain) =>
        _ofRewards.GetValueOrDefault((chain.ProgramId, chain.RewardId, chain.IsTest), []).Select(id => Commissions[id]).Where(row => row.ProgramId == chain.ProgramId);
}
