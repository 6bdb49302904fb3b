using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>A transaction's ledger whose process may die in front of and behind each call.</summary>
/// <param name="copy">Is told what was written when that is done; null when nobody keeps a copy.</param>
/// <param name="pass">Called wherever the process may die.</param>
internal sealed class CrashingLedger(ILedgerStore inner, Action pass, ILedgerStore? copy = null) : ILedgerStore
{
    private readonly List<Action<ILedgerStore>> _written = [];

    public Exchange Rates => Ask(() => inner.Rates);

    public Lazy<IReadOnlyList<CommissionRow>> OfCustomers(IReadOnlyCollection<long> customers) => Later(inner.OfCustomers(customers));

    public IReadOnlyList<CommissionRow> ByIds(IReadOnlyCollection<long> ids) => Ask(() => inner.ByIds(ids));

    public Lazy<IReadOnlyList<CommissionRow>> MadeFor(IReadOnlyCollection<string> orderKeys) => Later(inner.MadeFor(orderKeys));

    public IReadOnlyList<CommissionRow> OfChain(RewardChain chain) => Ask(() => inner.OfChain(chain));

    public IReadOnlyDictionary<RewardChain, long> Newest(IReadOnlyCollection<RewardChain> chains, long sinceMs) => Ask(() => inner.Newest(chains, sinceMs));

    public IReadOnlyList<RewardTotalRow> Totals(IReadOnlyCollection<RewardChain> chains, IReadOnlyCollection<TotalKey> keys) => Ask(() => inner.Totals(chains, keys));

    public GroupOf GroupsOf(IReadOnlyCollection<long> partners) => Ask(() => inner.GroupsOf(partners));

    public long TakePositions(int count) => Ask(() => inner.TakePositions(count));

    // As in memory: told twice, it would be looked at twice.
    public void CheckAgain(IReadOnlyCollection<long> customers) => pass();

    public void Save(IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal) =>
        Write(store => store.Save(commissions, totals, journal));

    public void MarkPaid(IReadOnlyCollection<PayoutRow> payouts, long nowMs) => Write(store => store.MarkPaid(payouts, nowMs));

    public void MarkPayable(IReadOnlyCollection<PayoutRow> payouts, long nowMs) => Write(store => store.MarkPayable(payouts, nowMs));

    /// <summary>The transaction is on disk.</summary>
    public void Done() => _written.ForEach(write => write(copy!));

    private Lazy<T> Later<T>(Lazy<T> answer) => new(() => Ask(() => answer.Value));

    private T Ask<T>(Func<T> ask)
    {
        pass();
        var answer = ask();
        pass();
        return answer;
    }

    private void Write(Action<ILedgerStore> write)
    {
        pass();
        write(inner);
        pass();
        if (copy is not null)
        {
            _written.Add(write);
        }
    }
}
