namespace LinkTracker.Aggregator.Ledger;

/// <content>What people, fraud rules and the end of holding periods do to commissions that are there.</content>
internal sealed partial class Books
{
    /// <summary>The commissions with these ids that there are, to be changed by the methods below.</summary>
    public IReadOnlyList<CommissionRow> Find(IReadOnlyCollection<long> commissions) => _rows.Track(store.ByIds(commissions));

    /// <summary>The same for commissions that were read from this store in this transaction.</summary>
    public IReadOnlyList<CommissionRow> Track(IEnumerable<CommissionRow> commissions) => _rows.Track(commissions);

    /// <summary>Whether the earnings go with the amount of the sale.</summary>
    public bool IsProportional(CommissionRow row)
    {
        if (row.RewardId.Length == 0)
        {
            return true;
        }

        _groups.Load([row.PartnerId!.Value]);
        return _groups.RuleOf(row).Kind == "percentage";
    }

    /// <summary>Puts in what a person made, checked and with a side of its own.</summary>
    public void Add(CommissionRow made, string cause, long nowMs)
    {
        _nowMs = nowMs;
        _rows.Add(made);
        Change(made, PostingKinds.Manual, cause);
    }

    /// <summary>
    /// Gives a commission the outcome or the earnings that a person or a fraud rule found; null: those that follow from the facts. It is
    /// done with caps and tiers in <see cref="Save"/>.
    /// </summary>
    /// <param name="decided">As of <see cref="Decided"/>.</param>
    /// <param name="cause">Id of the case, or who did it.</param>
    public void Decide(CommissionRow row, string? decided, string cause, long nowMs)
    {
        _nowMs = nowMs;
        if (row.Decided == decided)
        {
            return;
        }

        // What is said of a reward is kept once: where it was said last.
        if (row.DecidedFrom is { } said)
        {
            var origin = Find([said])[0];
            origin.Decided = null;
            _touched.Add(origin);
        }

        (row.Decided, row.DecidedFrom) = (decided, null);
        row.Note = row.Note == Decided.Dropped ? null : row.Note;
        if (row.RewardId.Length > 0)
        {
            _groups.Load([row.PartnerId!.Value]);
        }

        if (Chains.Has(row))
        {
            Chains.Rewrite(row);
        }

        Change(row, PostingKinds.Manual, cause);
        if (row is { IsGone: true, RewardId: not "" })
        {
            Carry([.. _rows.Track(store.OfCustomers([row.CustomerId!.Value]).Value).Where(one => one.RewardId.Length > 0)]);
        }
    }

    /// <summary>Stops what is not paid yet, of what was given in part the rest. False when there is nothing to stop.</summary>
    public bool Hold(CommissionRow row, string cause, long nowMs)
    {
        if (row.State is not (Accounts.Pending or Accounts.Payable))
        {
            return false;
        }

        Move(row, PostingKinds.Hold, Accounts.Held, cause, nowMs);
        return true;
    }

    /// <summary>Lets what was held go on waiting for its release. False when it is not held.</summary>
    public bool Unhold(CommissionRow row, string cause, long nowMs)
    {
        if (row.State != Accounts.Held)
        {
            return false;
        }

        Move(row, PostingKinds.Unhold, Accounts.Pending, cause, nowMs);
        return true;
    }

    /// <summary>Makes what waited payable. False when it does not wait.</summary>
    public bool Release(CommissionRow row, string cause, long nowMs)
    {
        if (row.State != Accounts.Pending)
        {
            return false;
        }

        Move(row, PostingKinds.Release, Accounts.Payable, cause, nowMs);
        return true;
    }

    /// <summary>A person's approval, for programs whose rewards need one.</summary>
    public void Approve(CommissionRow row, long nowMs)
    {
        _nowMs = nowMs;
        row.ApprovedAt ??= nowMs;
    }

    // What is settled was given, whatever becomes of the rest.
    private void Move(CommissionRow row, string kind, string to, string cause, long nowMs)
    {
        _nowMs = nowMs;
        _journal.Move(row, kind, row.State, to, row.Open, cause, nowMs, nowMs);
        row.State = to;
    }

    private void Change(CommissionRow row, string kind, string cause)
    {
        var owed = row.Owed();
        _journal.Move(row, kind, Accounts.Expense, row.Account, checked(owed - row.Earnings), cause, _nowMs, _nowMs);
        (row.Earnings, row.Outcome) = (owed, row.OutcomeNow());
        FollowGifts(row, cause);
        _touched.Add(row);
    }
}
