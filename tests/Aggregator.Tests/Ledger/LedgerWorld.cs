using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>Customers and their conversions, as a shop tells them one by one, with the books of it in memory.</summary>
internal sealed class LedgerWorld(ProgramSet programs)
{
    private readonly EntityId _ids = new(TimeProvider.System);
    private readonly Dictionary<long, PayoutRow> _payouts = [];

    public MemoryLedger Store { get; } = new();

    public Dictionary<long, Dictionary<long, CreditedConversion>> Customers { get; } = [];

    public IReadOnlyDictionary<long, PayoutRow> Payouts => _payouts;

    public long Now { get; set; } = Rewards.RewardSample.Noon;

    /// <summary>Tells a conversion, new or as it is by now.</summary>
    public void Tell(long customer, CreditedConversion conversion) => Tell([(customer, conversion)]);

    /// <summary>Tells several in one transaction.</summary>
    public void Tell(IEnumerable<(long Customer, CreditedConversion Conversion)> told)
    {
        var books = Open();
        foreach (var (customer, conversion) in told)
        {
            (Customers.TryGetValue(customer, out var known) ? known : Customers[customer] = [])[conversion.Id] = conversion;
            books.Settle(new CustomerAccount(customer, false, [.. Customers[customer].Values]), Now);
        }

        books.Save();
    }

    public void Change(Action<Books, CommissionRow> change, CommissionRow row)
    {
        var books = Open();
        change(books, books.Find([row.Id])[0]);
        books.Save();
    }

    /// <summary>Pays every partner that is owed something.</summary>
    public IReadOnlyList<PayoutRow> Pay()
    {
        var books = Open();
        var made = new List<PayoutRow>();
        foreach (var (key, balance) in Store.Balances.Where(one => one.Key is { OwnerKind: Owner.Partner, Account: Accounts.Payable } && one.Value > 0).ToList())
        {
            var payout = new PayoutRow { Id = _ids.Next(), ProgramId = key.ProgramId, PartnerId = key.OwnerId, Unit = key.Unit };
            books.Pay(payout, balance, RowsOf(key).Where(row => row.State == Accounts.Payable), Now);
            _payouts.Add(payout.Id, payout);
            made.Add(payout);
        }

        books.Save();
        return made;
    }

    public void Fail(PayoutRow payout)
    {
        var books = Open();
        books.Fail(payout, Store.Commissions.Values.Where(row => row.PayoutId == payout.Id).Select(row => row with { }).ToList(), Now);
        payout.Status = PayoutRow.Failed;
        books.Save();
    }

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
            .Select(row => $"{row.RewardId} {row.PartnerId} {row.Period} {row.StartsAt}: {row.Conversions} {row.Revenue} {row.Due} {row.Earnings}").Order(StringComparer.Ordinal),
    ];

    private Books Open() => new(Store, programs, _ids);

    private List<CommissionRow> RowsOf(BalanceKey key) =>
        [.. Store.Commissions.Values.Where(row => row.ProgramId == key.ProgramId && row.Owner == new Owner(key.OwnerKind, key.OwnerId) && row.Unit == key.Unit).Select(row => row with { })];
}
