using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>What must hold after every operation.</summary>
internal sealed class LedgerChecks(MemoryLedger store)
{
    private readonly Dictionary<BalanceKey, long> _sums = [];
    private int _seen;

    public void Hold(IReadOnlyList<RewardRule> rules)
    {
        // :: 1  Balances are the sums of all postings, and those of a unit add up to nothing: debits are credits.
        for (; _seen < store.Postings.Count; _seen++)
        {
            var posting = store.Postings[_seen];
            Assert.Equal(_seen + 1, posting.Position);
            Assert.True(posting.Amount > 0);
            Add(posting, posting.Debit, -posting.Amount);
            Add(posting, posting.Credit, posting.Amount);
        }

        foreach (var (key, sum) in _sums)
        {
            Assert.Equal(sum, store.Balances[key]);
        }

        Assert.All(store.Balances.GroupBy(one => one.Key.Unit), unit => Assert.Equal(0, unit.Sum(one => one.Value)));

        // :: 2  Every commission's earnings stand on its account, what of them was given on that; what was paid and what is payable are one sum.
        var earnings = store.Commissions.Values.SelectMany(row => new[] { (Row: row, Account: AccountOf(row.State), Amount: row.Open), (Row: row, Account: Accounts.Payable, Amount: row.Settled) })
            .GroupBy(part => (part.Row.Owner, part.Row.Unit, part.Account)).ToDictionary(some => some.Key, some => some.Sum(part => part.Amount));
        foreach (var owner in store.Balances.Where(one => one.Key.Account != Accounts.Expense).GroupBy(one => (new Owner(one.Key.OwnerKind, one.Key.OwnerId), one.Key.Unit, AccountOf(one.Key.Account))))
        {
            Assert.Equal(earnings.GetValueOrDefault(owner.Key), owner.Sum(one => one.Value));
        }

        // :: 3  No cap was exceeded, and nobody is owed more than was due.
        foreach (var rule in rules)
        {
            foreach (var cap in rule.Caps)
            {
                var given = Counted(rule).GroupBy(row => (row.ProgramId, cap.Scope == "program" ? 0 : row.PartnerId, RewardPeriod.StartOf(cap.Period, row.OccurredAt)));
                Assert.All(given, period => Assert.True(period.Sum(row => row.Granted) <= cap.Amount));
            }
        }

        Assert.All(store.Commissions.Values.Where(row => row.Decided is null), row => Assert.InRange(row.Earnings, 0, row.Due));

        // :: 4  Of what is given one by one nothing that is owed can never be given, and what was given too much waits for nothing.
        var alone = store.Commissions.Values.Where(row => row.IsGivenAlone).ToList();
        Assert.All(alone.Where(row => row.State == Accounts.Paid), row => Assert.True(row.Open <= 0));
        Assert.All(alone.Where(row => row.State != Accounts.Paid && row.Settled > 0), row => Assert.True(row.Open > 0));
        Assert.All(store.Commissions.Values.Where(row => !row.IsGivenAlone), row => Assert.Equal(0, row.Settled));
        var givable = alone.Where(row => row is { State: Accounts.Payable, Open: > 0 }).Select(row => (row.ProgramId, row.Owner, row.Unit)).ToHashSet();
        Assert.All(
            store.Balances.Where(one => one is { Value: > 0, Key.Account: Accounts.Payable } && (one.Key.OwnerKind == Owner.Customer || !Units.IsMoney(one.Key.Unit))),
            one => Assert.Contains((one.Key.ProgramId, new Owner(one.Key.OwnerKind, one.Key.OwnerId), one.Key.Unit), givable));
    }

    /// <summary>Every sum that is kept of a reward is that of the commissions which count for it.</summary>
    public void SumsHold(ProgramSet programs)
    {
        var counted = store.Commissions.Values.Where(row => row.RewardId.Length > 0 && !row.IsGone && IsCounted(row)).ToList();
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

    private IEnumerable<CommissionRow> Counted(RewardRule rule) =>
        store.Commissions.Values.Where(row => row.RewardId == rule.Id && IsCounted(row));

    private static bool IsCounted(CommissionRow row) => row.Decided is null || Decided.OutcomeOf(row.Decided) is null;

    private static string AccountOf(string state) => state == Accounts.Paid ? Accounts.Payable : state;

    private void Add(PostingRow posting, string account, long by)
    {
        var key = account == Accounts.Expense
            ? new BalanceKey(posting.ProgramId, Owner.Program, posting.ProgramId, account, posting.Unit)
            : new BalanceKey(posting.ProgramId, posting.OwnerKind, posting.OwnerId, account, posting.Unit);
        _sums[key] = _sums.GetValueOrDefault(key) + by;
    }
}
