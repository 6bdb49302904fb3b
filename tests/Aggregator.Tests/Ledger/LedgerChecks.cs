using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>
/// What must hold after every operation. Only what was written since the last time is looked at, and all that it is a part of: nothing else can have
/// come to be wrong.
/// </summary>
internal sealed class LedgerChecks(MemoryLedger store)
{
    private readonly Dictionary<BalanceKey, long> _posted = [];
    private readonly Dictionary<BalanceKey, long> _balances = [];
    private readonly Dictionary<string, long> _units = [];
    private readonly Dictionary<long, CommissionRow> _commissions = [];
    private readonly Dictionary<Account, long> _earned = [];
    private readonly Dictionary<Account, long> _kept = [];
    private readonly Dictionary<(string Reward, int Cap, long Most, long Program, long? Partner, long Start), long> _given = [];
    private int _seenPostings;
    private int _seenBalances;
    private int _seenCommissions;

    public void Hold(IReadOnlyList<RewardRule> rules)
    {
        // :: 1  Balances are the sums of all postings, and those of a unit add up to nothing: debits are credits. What is given one by one and owed can be given.
        var accounts = new HashSet<Account>();
        foreach (var key in NewBalances())
        {
            var balance = store.Balances.GetValueOrDefault(key);
            Same(_posted.GetValueOrDefault(key), balance, key);
            var by = balance - _balances.GetValueOrDefault(key);
            _balances[key] = balance;
            Add(_units, key.Unit, by);
            if (balance > 0 && key.Account == Accounts.Payable && (key.OwnerKind == Owner.Customer || !Units.IsMoney(key.Unit)))
            {
                Assert.Contains(store.Commissions.Values, row => (row.ProgramId, row.Owner, row.Unit) == (key.ProgramId, new Owner(key.OwnerKind, key.OwnerId), key.Unit) && row is { State: Accounts.Payable, Open: > 0 });
            }

            if (key.Account != Accounts.Expense)
            {
                accounts.Add(Add(_kept, new Account(new Owner(key.OwnerKind, key.OwnerId), key.Unit, Folded(key.Account)), by));
            }
        }

        foreach (var (unit, sum) in _units)
        {
            Same(0, sum, unit);
        }

        // :: 2  What is open of every commission stands on its account, and what of it was given on that; what was paid and what is payable are one sum. Nobody is owed more than was due.
        for (; _seenCommissions < store.WrittenCommissions.Count; _seenCommissions++)
        {
            accounts.UnionWith(Renew(store.WrittenCommissions[_seenCommissions], rules));
        }

        foreach (var account in accounts)
        {
            Same(_earned.GetValueOrDefault(account), _kept.GetValueOrDefault(account), account);
        }

        // :: 3  No cap was exceeded.
        foreach (var (period, given) in _given)
        {
            if (given > period.Most)
            {
                Assert.Fail($"{given} of {period}");
            }
        }
    }

    /// <summary>Whether it takes from caps and counts for tiers.</summary>
    public static bool IsCounted(CommissionRow row) => row.Decided is null || Decided.OutcomeOf(row.Decided) is null;

    private static string Folded(string account) => account == Accounts.Paid ? Accounts.Payable : account;

    private HashSet<BalanceKey> NewBalances()
    {
        var keys = new HashSet<BalanceKey>();
        for (; _seenPostings < store.Postings.Count; _seenPostings++)
        {
            var posting = store.Postings[_seenPostings];
            Same(_seenPostings + 1, posting.Position, "position");
            Assert.True(posting.Amount > 0);
            keys.Add(Add(_posted, KeyOf(posting, posting.Debit), -posting.Amount));
            keys.Add(Add(_posted, KeyOf(posting, posting.Credit), posting.Amount));
        }

        for (; _seenBalances < store.WrittenBalances.Count; _seenBalances++)
        {
            keys.Add(store.WrittenBalances[_seenBalances]);
        }

        return keys;
    }

    // Not by the product's own way to name them.
    private static BalanceKey KeyOf(PostingRow posting, string account) => account == Accounts.Expense
        ? new BalanceKey(posting.ProgramId, Owner.Program, posting.ProgramId, account, posting.Unit)
        : new BalanceKey(posting.ProgramId, posting.OwnerKind, posting.OwnerId, account, posting.Unit);

    private IEnumerable<Account> Renew(long id, IReadOnlyList<RewardRule> rules)
    {
        if (_commissions.Remove(id, out var before))
        {
            foreach (var account in Count(before, -1, rules))
            {
                yield return account;
            }
        }

        if (store.Commissions.TryGetValue(id, out var row))
        {
            _commissions.Add(id, row);
            if (row.Decided is null && (row.Earnings < 0 || row.Earnings > row.Due))
            {
                Assert.Fail($"{row} is not what is due");
            }

            HoldGiven(row);
            foreach (var account in Count(row, 1, rules))
            {
                yield return account;
            }
        }
    }

    // What was given too much waits for nothing, and what is paid with others is settled by no gift.
    private static void HoldGiven(CommissionRow row)
    {
        if (row.IsGivenAlone ? row.State == Accounts.Paid ? row.Open > 0 : row.Settled > 0 && row.Open <= 0 : row.Settled != 0)
        {
            Assert.Fail($"{row} is given wrongly");
        }
    }

    private Account[] Count(CommissionRow row, int sign, IReadOnlyList<RewardRule> rules)
    {
        foreach (var rule in rules.Where(rule => rule.Id == row.RewardId && IsCounted(row)))
        {
            foreach (var (i, cap) in rule.Caps.Index())
            {
                Add(_given, (rule.Id, i, cap.Amount, row.ProgramId, cap.Scope == "program" ? 0 : row.PartnerId, RewardPeriod.StartOf(cap.Period, row.OccurredAt)), sign * row.Granted);
            }
        }

        return
        [
            Add(_earned, new Account(row.Owner, row.Unit, Folded(row.State)), sign * row.Open),
            Add(_earned, new Account(row.Owner, row.Unit, Accounts.Payable), sign * row.Settled),
        ];
    }

    private static TKey Add<TKey>(Dictionary<TKey, long> sums, TKey key, long by)
        where TKey : notnull
    {
        sums[key] = sums.GetValueOrDefault(key) + by;
        return key;
    }

    // Millions of times, so nothing is made for those that are the same.
    private static void Same<T>(long expected, long actual, T of)
    {
        if (expected != actual)
        {
            Assert.Fail($"{of}: {actual}, and not {expected}");
        }
    }

    private readonly record struct Account(Owner Owner, string Unit, string Name);
}
