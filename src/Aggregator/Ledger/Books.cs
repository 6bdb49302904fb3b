using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// What is owed to whom, as one transaction changes it. Commissions are derived from all conversions of a customer whenever one of its
/// facts comes, and the differences to what was derived before are posted:
/// <code>
///   Settle, Decide, Hold, …   any number of them, in memory; nothing is read or written
///   Save                      1  commissions of the customers, by one query
///                             2  what is due to whom, without a look at amounts     RewardPlan
///                             3  amounts, with the caps and tiers of all            RewardChains
///                             4  what changed: postings, sums and rows              Journal
/// </code>
/// </summary>
/// <param name="ids">Of new commissions.</param>
internal sealed partial class Books(ILedgerStore store, ProgramSet programs, EntityId ids)
{
    private readonly CommissionSet _rows = new();
    private readonly Journal _journal = new();
    private readonly Dictionary<long, CustomerAccount> _accounts = [];
    private readonly HashSet<CommissionRow> _touched = new(ReferenceEqualityComparer.Instance);
    private readonly PartnerGroups _groups = new(store, programs);
    private RewardChains _chains = null!;
    private long _nowMs;

    /// <summary>All that is known of a customer by now; of several of one customer the last counts.</summary>
    public void Settle(CustomerAccount account, long nowMs)
    {
        _accounts[account.CustomerId] = account;
        _nowMs = nowMs;
    }

    /// <summary>Derives, posts and writes. What was settled and decided before is done with then.</summary>
    /// <returns>The commissions that are new or changed.</returns>
    /// <exception cref="OverflowException">A sum does not fit into 64 bits.</exception>
    public IReadOnlyList<CommissionRow> Save()
    {
        Derive();
        var (totals, granted) = Chains.Run();
        _touched.UnionWith(granted);
        foreach (var row in _touched.OrderBy(row => row.Id))
        {
            Post(row);
        }

        var changed = _rows.TakeChanges(_nowMs);
        var position = store.TakePositions(_journal.Postings.Count);
        foreach (var posting in _journal.Postings)
        {
            posting.Position = ++position;
        }

        store.Save(changed, totals, _journal);
        store.MarkPaid(_paid, _nowMs);
        store.MarkPayable(_failed, _nowMs);
        return changed;
    }

    private RewardChains Chains => _chains ??= new RewardChains(store, programs, _rows, _groups);

    private void Post(CommissionRow row)
    {
        var owed = row.Owed();
        var (kind, at) = _rows.IsNew(row) ? (PostingKinds.Accrue, row.OccurredAt)
            : owed < row.Earnings ? (PostingKinds.Reverse, _nowMs) : (PostingKinds.Adjust, _nowMs);
        _journal.Move(row, kind, Accounts.Expense, row.Account, checked(owed - row.Earnings), CauseOf(row), at, _nowMs);
        (row.Earnings, row.Outcome) = (owed, row.OutcomeNow());
        FollowGifts(row, CauseOf(row));
    }

    private static string CauseOf(CommissionRow row) =>
        EntityId.Format(row.Type == "sale" ? EntityId.Sale : row.Type == "lead" ? EntityId.Lead : EntityId.Commission, row.ConversionId ?? row.Id);
}
