using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>The ledger's tables in memory, with transactions that can be undone. What it hands out are copies, as from a database.</summary>
internal sealed class MemoryLedger : ILedgerStore
{
    private readonly UndoLog _undo = new();
    private readonly Dictionary<long, HashSet<long>> _ofCustomers = [];
    private readonly HashSet<long> _made = [];
    private readonly Dictionary<(long, string, bool), HashSet<long>> _ofRewards = [];
    private readonly Dictionary<(long, string, long, string, long), RewardTotalRow> _totals = [];

    public Dictionary<long, CommissionRow> Commissions { get; } = [];

    public List<PostingRow> Postings { get; } = [];

    public List<PayoutRow> Payouts { get; } = [];

    /// <summary>Commissions in the order in which they were written, also what was undone.</summary>
    public List<long> WrittenCommissions { get; } = [];

    /// <summary>The same of balances.</summary>
    public List<BalanceKey> WrittenBalances { get; } = [];

    public Dictionary<BalanceKey, long> Balances { get; } = [];

    public IEnumerable<RewardTotalRow> AllTotals => _totals.Values;

    public long Position { get; private set; }

    public Exchange Rates { get; set; } = (amount, from, to, _) => from == to ? amount : null;

    public GroupOf Groups { get; set; } = (_, _, _) => "default";

    public Lazy<IReadOnlyList<CommissionRow>> OfCustomers(IReadOnlyCollection<long> customers) =>
        new([.. customers.SelectMany(customer => _ofCustomers.GetValueOrDefault(customer, [])).Select(id => Commissions[id] with { })]);

    /// <summary>Nothing is checked in memory.</summary>
    // What is to be looked at again is looked at at once.
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
        var before = Position;
        _undo.Do(() => Position = before + count, () => Position = before);
        return before;
    }

    public void MarkPaid(IReadOnlyCollection<PayoutRow> payouts, long nowMs)
    {
        _undo.Add(Payouts, payouts);
        Mark(payouts, nowMs, (row, payout) => row.State == Accounts.Payable && (row.IsChecked || row.Earnings <= 0) && row.Owner == new Owner(Owner.Partner, payout.PartnerId) && (row.ProgramId, row.Unit) == (payout.ProgramId, payout.Unit), Accounts.Paid);
    }

    public void MarkPayable(IReadOnlyCollection<PayoutRow> payouts, long nowMs)
    {
        foreach (var payout in payouts)
        {
            _undo.Do(() => payout.Status = PayoutRow.Failed, () => payout.Status = PayoutRow.Processing);
        }

        Mark(payouts, nowMs, (row, payout) => row.PayoutId == payout.Id, Accounts.Payable);
    }

    public void Save(IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal)
    {
        foreach (var row in commissions)
        {
            Put(row with { });
            _undo.Add(SetOf(_ofRewards, (row.ProgramId, row.RewardId, row.IsTest)), row.Id);
            if (row is { RewardId: "", OrderKey: not "" })
            {
                _undo.Add(_made, row.Id);
            }

            if (row.CustomerId is { } customer)
            {
                _undo.Add(SetOf(_ofCustomers, customer), row.Id);
            }
        }

        foreach (var row in totals)
        {
            _undo.Put(_totals, (row.ProgramId, row.RewardId, row.PartnerId, row.Period, row.StartsAt), row);
        }

        _undo.Add(Postings, journal.Postings);
        foreach (var (key, by) in journal.Balances)
        {
            _undo.Put(Balances, key, checked(Balances.GetValueOrDefault(key) + by));
            WrittenBalances.Add(key);
        }
    }

    /// <summary>Everything that was written stays.</summary>
    public void Commit() => _undo.Commit();

    /// <summary>Nothing that was written since the last commit stays.</summary>
    public void Rollback() => _undo.Rollback();

    private void Mark(IReadOnlyCollection<PayoutRow> payouts, long nowMs, Func<CommissionRow, PayoutRow, bool> isOf, string state)
    {
        foreach (var payout in payouts)
        {
            foreach (var row in Commissions.Values.Where(row => isOf(row, payout)).ToList())
            {
                Put(row with
                {
                    State = state,
                    PayoutId = state == Accounts.Paid ? payout.Id : null,
                    IsChecked = state == Accounts.Paid && row.IsChecked,
                    Version = row.Version + 1,
                    UpdatedAt = nowMs,
                });
            }
        }
    }

    private void Put(CommissionRow row)
    {
        _undo.Put(Commissions, row.Id, row);
        WrittenCommissions.Add(row.Id);
    }

    private static HashSet<long> SetOf<TKey>(Dictionary<TKey, HashSet<long>> index, TKey key)
        where TKey : notnull => index.TryGetValue(key, out var ids) ? ids : index[key] = [];

    private IEnumerable<CommissionRow> OfReward(RewardChain chain) =>
        _ofRewards.GetValueOrDefault((chain.ProgramId, chain.RewardId, chain.IsTest), []).Select(id => Commissions[id]).Where(row => row.ProgramId == chain.ProgramId);
}
