using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>Customers and their conversions, as a shop tells them one by one, with the books of it in memory.</summary>
/// <param name="transact">Runs a transaction that may be undone and begun again, or done and sent once more; null: each is done, in memory only. In any case it is in memory when it is done.</param>
internal sealed class LedgerWorld(ProgramSet programs, Action<MemoryLedger, Action<ILedgerStore>>? transact = null)
{
    private readonly EntityId _ids = new(TimeProvider.System);
    private readonly Action<MemoryLedger, Action<ILedgerStore>> _transact = transact ?? ((memory, work) =>
    {
        work(memory);
        memory.Commit();
    });

    public MemoryLedger Store { get; } = new();

    /// <summary>By which rules it goes on.</summary>
    public ProgramSet Programs { get; set; } = programs;

    public Dictionary<long, Dictionary<long, CreditedConversion>> Customers { get; } = [];

    public long Now { get; set; } = Rewards.RewardSample.Noon;

    /// <summary>Tells a conversion, new or as it is by now.</summary>
    public void Tell(long customer, CreditedConversion conversion) => Tell([(customer, conversion)]);

    /// <summary>Tells several in one transaction.</summary>
    public void Tell(IReadOnlyCollection<(long Customer, CreditedConversion Conversion)> told)
    {
        foreach (var (customer, conversion) in told)
        {
            (Customers.TryGetValue(customer, out var known) ? known : Customers[customer] = [])[conversion.Id] = conversion;
        }

        var changed = told.Select(one => one.Customer).Distinct().ToList();
        Transact(books => changed.ForEach(customer => books.Settle(new CustomerAccount(customer, false, [.. Customers[customer].Values]), Now)));
    }

    public void Change(Action<Books, CommissionRow> change, CommissionRow row) => Transact(books => change(books, books.Find([row.Id])[0]));

    /// <summary>Pays every partner that is owed money, as it is owed when the transaction begins: sent once more it pays nothing.</summary>
    public IReadOnlyList<PayoutRow> Pay()
    {
        var before = Store.Payouts.Count;
        Transact(books =>
        {
            foreach (var (key, balance) in Store.Balances.Where(one => one.Key is { OwnerKind: Owner.Partner, Account: Accounts.Payable } && Units.IsMoney(one.Key.Unit) && one.Value > 0))
            {
                if (balance - UncheckedOf(key.ProgramId, key.OwnerId, key.Unit) is > 0 and var owed)
                {
                    books.Pay(new PayoutRow { Id = _ids.Next(), ProgramId = key.ProgramId, PartnerId = key.OwnerId, Unit = key.Unit }, owed, Now);
                }
            }
        });
        return [.. Store.Payouts.Skip(before)];
    }

    /// <summary>Gives one reward by itself, and returns how much of it.</summary>
    public long Fulfil(CommissionRow row)
    {
        long Balance(string account) => Store.Balances.GetValueOrDefault(new BalanceKey(row.ProgramId, row.Owner.Kind, row.Owner.Id, account, row.Unit));
        var before = Balance(Accounts.Paid);
        Change((books, found) => books.Fulfil(found, Balance(Accounts.Payable), books.Find(OverGiven(row)), "shop", Now), row);
        return Balance(Accounts.Paid) - before;
    }

    /// <summary>The fraud rules have looked at it, and its holding period is over.</summary>
    public void Release(CommissionRow row) => Change(
        (books, found) =>
        {
            found.IsChecked = true;
            books.Release(found, "test", Now);
        },
        row);

    /// <summary>What is payable and is to be looked at once more before it is paid.</summary>
    public long UncheckedOf(long program, long partner, string unit) => Store.Commissions.Values
        .Where(row => (row.ProgramId, row.Unit, row.Owner) == (program, unit, new Owner(Owner.Partner, partner)) && row is { State: Accounts.Payable, IsChecked: false, Earnings: > 0 }).Sum(row => row.Earnings);

    private List<long> OverGiven(CommissionRow row) =>
    [
        .. Store.Commissions.Values.Where(one => (one.Owner, one.ProgramId, one.Unit) == (row.Owner, row.ProgramId, row.Unit) && one is { State: Accounts.Paid, Open: < 0 }).Select(one => one.Id),
    ];

    /// <summary>It was not paid. Sent once more it changes nothing.</summary>
    public void Fail(PayoutRow payout) => Transact(books =>
    {
        if (payout.Status == PayoutRow.Processing)
        {
            books.Fail(payout, Now);
        }
    });

    public long BalanceOf(string account, long partner, string unit = "eur") =>
        Store.Balances.GetValueOrDefault(new BalanceKey(Rewards.RewardSample.Program, Owner.Partner, partner, account, unit));

    /// <summary>What is owed by now, whatever way led here.</summary>
    public IReadOnlyList<string> Owed() =>
    [
        .. Store.Commissions.Values.Where(row => !row.IsGone)
            .Select(row => $"{row.OrderKey} {row.RewardId} {row.Side} {row.PartnerId} {row.Unit} due {row.Due} granted {row.Granted} owes {row.Earnings} {row.State} {row.Outcome} {row.Note}")
            .Order(StringComparer.Ordinal),
    ];

    public IReadOnlyList<string> BalancesNow() =>
        [.. Store.Balances.Where(one => one.Value != 0).Select(one => $"{one.Key} {one.Value}").Order(StringComparer.Ordinal)];

    /// <summary>The sums of rewards. Those of commissions that are gone again are 0, and say nothing.</summary>
    public IReadOnlyList<string> Totals() =>
    [
        .. Store.AllTotals.Where(row => row.Conversions > 0)
            .Select(row => $"{row.ProgramId} {row.RewardId} {row.PartnerId} {row.Period} {row.StartsAt}: {row.Conversions} {row.Revenue} {row.Due} {row.Earnings}").Order(StringComparer.Ordinal),
    ];

    private void Transact(Action<Books> act) => _transact(Store, store =>
    {
        var books = new Books(store, Programs, _ids);
        act(books);
        books.Save();
    });
}
