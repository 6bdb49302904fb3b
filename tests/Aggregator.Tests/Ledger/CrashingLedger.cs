using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>A database's transaction that may end before or behind its writes; what was written is told to memory when it is done.</summary>
/// <param name="crash">Called at each place where the process may die.</param>
internal sealed class CrashingLedger(ILedgerStore inner, MemoryLedger memory, Action crash) : ILedgerStore
{
    private Action _done = () => { };

    public Exchange Rates => inner.Rates;

    public Lazy<IReadOnlyList<CommissionRow>> OfCustomers(IReadOnlyCollection<long> customers) => inner.OfCustomers(customers);

    public void CheckAgain(IReadOnlyCollection<long> customers) => inner.CheckAgain(customers);

    public IReadOnlyList<CommissionRow> ByIds(IReadOnlyCollection<long> ids) => inner.ByIds(ids);

    public Lazy<IReadOnlyList<CommissionRow>> MadeFor(IReadOnlyCollection<string> orderKeys) => inner.MadeFor(orderKeys);

    public IReadOnlyList<CommissionRow> OfChain(RewardChain chain) => inner.OfChain(chain);

    public IReadOnlyDictionary<RewardChain, long> Newest(IReadOnlyCollection<RewardChain> chains, long sinceMs) => inner.Newest(chains, sinceMs);

    public IReadOnlyList<RewardTotalRow> Totals(IReadOnlyCollection<RewardChain> chains, IReadOnlyCollection<TotalKey> keys) => inner.Totals(chains, keys);

    public GroupOf GroupsOf(IReadOnlyCollection<long> partners) => inner.GroupsOf(partners);

    public long TakePositions(int count)
    {
        crash();
        return inner.TakePositions(count);
    }

    public void Save(IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal)
    {
        crash();
        inner.Save(commissions, totals, journal);
        crash();
        _done = () => memory.Save(commissions, totals, journal);
    }

    public void MarkPaid(IReadOnlyCollection<PayoutRow> payouts, long nowMs)
    {
        inner.MarkPaid(payouts, nowMs);
        crash();
        _done += () => memory.MarkPaid(payouts, nowMs);
    }

    public void MarkPayable(IReadOnlyCollection<PayoutRow> payouts, long nowMs)
    {
        inner.MarkPayable(payouts, nowMs);
        crash();
        _done += () => memory.MarkPayable(payouts, nowMs);
    }

    /// <summary>The transaction is on disk.</summary>
    public void Done() => _done();
}
