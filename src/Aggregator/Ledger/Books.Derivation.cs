using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <content>From what is due to the commissions that stand there: which are new, changed or gone.</content>
internal sealed partial class Books
{
    private void Derive()
    {
        if (_accounts.Count == 0)
        {
            return;
        }

        if (_accounts.Values.Where(account => account.IsOtherwise).Select(account => account.CustomerId).ToList() is { Count: > 0 } otherwise)
        {
            store.CheckAgain(otherwise);
        }

        // :: 1  asked for together
        var stored = store.OfCustomers(_accounts.Keys);
        _groups.Load(_accounts.Values.SelectMany(account => account.Conversions).SelectMany(one => one.Credits).Select(credit => credit.PartnerId).OfType<long>());
        string[] sales = [.. _accounts.Values.SelectMany(account => account.Conversions).Where(conversion => conversion.Kind == FactKind.Sale).Select(conversion => conversion.Key)];
        var invoiced = sales.Length == 0 ? new([]) : store.MadeFor(sales);

        // :: 2  Those that a person made are of no conversion's rule, and stay as they are.
        var existing = _rows.Track(stored.Value).ToLookup(row => row.CustomerId!.Value);
        var plan = new RewardPlan(programs, _groups.Of, store.Rates);
        var made = new MadeByHand(existing.SelectMany(some => some), invoiced.Value);
        foreach (var account in _accounts.Values)
        {
            Carry(Match(plan.Of(account).Where(due => !made.Has(due)), [.. existing[account.CustomerId].Where(row => row.RewardId.Length > 0)]));
        }
    }

    // Those that were there and those that are new.
    private List<CommissionRow> Match(IEnumerable<Due> dues, List<CommissionRow> rows)
    {
        var left = rows.ToDictionary(row => (row.ConversionId!.Value, row.RewardId, row.Side, row.Side == Due.Friend ? 0 : row.PartnerId!.Value));
        foreach (var due in dues)
        {
            var key = (due.Conversion.Id, due.Rule.Id, due.Rule.Side, due.Rule.Side == Due.Friend ? 0 : due.PartnerId);
            if (left.Remove(key, out var row))
            {
                Renew(row, due);
            }
            else
            {
                rows.Add(Add(due));
            }
        }

        foreach (var gone in left.Values.Where(row => !row.IsGone))
        {
            Drop(gone);
        }

        return rows;
    }

    private CommissionRow Add(Due due)
    {
        var row = new CommissionRow { Id = ids.Next(), CreatedAt = _nowMs };
        _rows.Add(row);
        Take(row, due);
        if (Chains.Has(row))
        {
            Chains.Add(row);
        }

        return row;
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
            Leave(row, before, due);
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
        row.BasisLeft = RewardBasis.Left(due.Rule, conversion)?.ToText();
        row.IsTest = due.IsTest;
        row.OccurredAt = conversion.OccurredAtMs;
        row.ApprovedAt ??= ApprovedAt(due);
        row.AvailableAt = checked(conversion.OccurredAtMs + (long)TimeSpan.FromDays(due.HoldingDays).TotalMilliseconds);
        _touched.Add(row);
        if (!Chains.Has(row))
        {
            row.Due = row.Granted = RewardAmount.Of(claim, default, default);
        }
    }

    private long? ApprovedAt(Due due) => due.Version.Rules.Approval == "manual" ? null : _nowMs;

    private static bool IsSameClaim(CommissionRow one, CommissionRow other) =>
        (one.ProgramId, one.RuleVersion, one.Unit, one.PartnerId, one.OrderKey, one.Basis, one.Quantity, one.Shares)
        == (other.ProgramId, other.RuleVersion, other.Unit, other.PartnerId, other.OrderKey, other.Basis, other.Quantity, other.Shares);

    // What is owed in another program or unit is owed anew there: by its approval and its fraud rules. A case that holds it is not over.
    private void Leave(CommissionRow row, CommissionRow before, Due due)
    {
        _journal.Move(before, PostingKinds.Reverse, before.Account, Accounts.Expense, before.Open, CauseOf(before), _nowMs, _nowMs);
        _journal.Move(before, PostingKinds.Reverse, Accounts.Payable, Accounts.Expense, before.Settled, CauseOf(before), _nowMs, _nowMs);
        (row.Earnings, row.Settled, row.State, row.PayoutId) = (0, 0, before.State == Accounts.Held ? Accounts.Held : Accounts.Pending, null);
        (row.ApprovedAt, row.IsChecked) = (ApprovedAt(due), false);
        if (before.Unit != row.Unit && row.Decided is { } decided && Decided.OutcomeOf(decided) is null)
        {
            (row.Decided, row.DecidedFrom, row.Note) = (null, null, Decided.Dropped);
        }
    }
}
