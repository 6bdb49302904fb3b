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

    /// <summary>The books in a writer's transaction.</summary>
    /// <param name="reportingCurrency">What exchange rates are to, ISO 4217 in lower case.</param>
    public static Books Open(Session session, ProgramSet programs, EntityId ids, string reportingCurrency) =>
        new(new SessionLedger(session, reportingCurrency), programs, ids);

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
        return changed;
    }

    private RewardChains Chains => _chains ??= new RewardChains(store, programs, _rows, _groups);

    private void Derive()
    {
        if (_accounts.Count == 0)
        {
            return;
        }

        // Those that a person made are of no conversion's rule, and stay as they are.
        var existing = _rows.Track(store.OfCustomers(_accounts.Keys)).Where(row => row.RewardId.Length > 0).ToLookup(row => row.CustomerId!.Value);
        _groups.Load(_accounts.Values.SelectMany(account => account.Conversions).SelectMany(one => one.Credits).Select(credit => credit.PartnerId).OfType<long>());
        var plan = new RewardPlan(programs, _groups.Of, store.Rates);
        foreach (var account in _accounts.Values)
        {
            Match(plan.Of(account), existing[account.CustomerId]);
        }
    }

    private void Match(IEnumerable<Due> dues, IEnumerable<CommissionRow> existing)
    {
        var left = existing.ToDictionary(row => (row.ConversionId!.Value, row.RewardId, row.Side, row.Side == Due.Friend ? 0 : row.PartnerId!.Value));
        foreach (var due in dues)
        {
            var key = (due.Conversion.Id, due.Rule.Id, due.Rule.Side, due.Rule.Side == Due.Friend ? 0 : due.PartnerId);
            if (left.Remove(key, out var row))
            {
                Renew(row, due);
            }
            else
            {
                Add(due);
            }
        }

        foreach (var gone in left.Values.Where(row => !row.IsGone))
        {
            Drop(gone);
        }
    }

    private void Add(Due due)
    {
        var row = new CommissionRow { Id = ids.Next(), CreatedAt = _nowMs };
        _rows.Add(row);
        Take(row, due);
        if (Chains.Has(row))
        {
            Chains.Add(row);
        }
    }

    // The chain that it was in before depends on it as much as the one that it is in now.
    private void Renew(CommissionRow row, Due due)
    {
        var before = row with { };
        Take(row, due);
        if (IsSameClaim(before, row))
        {
            return;
        }

        if (before.ProgramId != row.ProgramId || before.Unit != row.Unit)
        {
            Leave(row, before);
        }

        foreach (var chained in new[] { before, row }.Where(Chains.Has))
        {
            Chains.Rewrite(chained);
        }
    }

    private void Drop(CommissionRow row)
    {
        (row.Quantity, row.Due, row.Granted, row.Note) = (0, 0, 0, null);
        _touched.Add(row);
        if (Chains.Has(row))
        {
            Chains.Rewrite(row);
        }
    }

    private void Take(CommissionRow row, Due due)
    {
        var (conversion, claim) = (due.Conversion, due.ToClaim());
        row.ProgramId = due.Program.Id;
        row.RuleVersion = due.Version.Number;
        row.RewardId = due.Rule.Id;
        row.Side = due.Rule.Side;
        row.Type = due.Rule.Event;
        row.Unit = Units.Of(due.Rule, due.Program.Currency, due.IsTest);
        row.PartnerId = due.PartnerId;
        row.CustomerId = due.CustomerId;
        row.ConversionId = conversion.Id;
        row.LinkId = due.LinkId;
        row.OrderKey = conversion.Key;
        row.Basis = due.Basis;
        row.Quantity = conversion.Quantity;
        row.Shares = due.Shares.ToText();
        row.Sold = conversion.Amount;
        row.Refunded = conversion.Refunded;
        row.IsTest = due.IsTest;
        row.OccurredAt = conversion.OccurredAtMs;
        row.ApprovedAt ??= due.Version.Rules.Approval == "manual" ? null : _nowMs;
        row.AvailableAt = checked(conversion.OccurredAtMs + (long)TimeSpan.FromDays(due.HoldingDays).TotalMilliseconds);
        _touched.Add(row);
        if (!Chains.Has(row))
        {
            row.Due = row.Granted = RewardAmount.Of(claim, default, default);
        }
    }

    private static bool IsSameClaim(CommissionRow one, CommissionRow other) =>
        (one.ProgramId, one.RuleVersion, one.Unit, one.PartnerId, one.Basis, one.Quantity, one.Shares)
        == (other.ProgramId, other.RuleVersion, other.Unit, other.PartnerId, other.Basis, other.Quantity, other.Shares);

    // What is owed in another program or unit is owed anew there.
    private void Leave(CommissionRow row, CommissionRow before)
    {
        _journal.Move(before, PostingKinds.Reverse, before.Account, Accounts.Expense, before.Earnings, CauseOf(before), _nowMs, _nowMs);
        (row.Earnings, row.State, row.PayoutId) = (0, Accounts.Pending, null);
    }

    private void Post(CommissionRow row)
    {
        var owed = row.Owed();
        var (kind, at) = _rows.IsNew(row) ? (PostingKinds.Accrue, row.OccurredAt)
            : owed < row.Earnings ? (PostingKinds.Reverse, _nowMs) : (PostingKinds.Adjust, _nowMs);
        _journal.Move(row, kind, Accounts.Expense, row.Account, checked(owed - row.Earnings), CauseOf(row), at, _nowMs);
        (row.Earnings, row.Outcome) = (owed, row.OutcomeNow());
    }

    private static string CauseOf(CommissionRow row) =>
        EntityId.Format(row.Type == "sale" ? EntityId.Sale : row.Type == "lead" ? EntityId.Lead : EntityId.Commission, row.ConversionId ?? row.Id);
}
