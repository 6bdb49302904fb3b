namespace LinkTracker.Aggregator.Ledger;

/// <content>What is given one by one: what the shop gives, and money of friends.</content>
internal sealed partial class Books
{
    /// <summary>Gives what is left of it. What its owner was given too much before is set off.</summary>
    /// <param name="payable">The owner's payable balance in the unit.</param>
    /// <param name="overGiven">The owner's in the unit of which more is settled than is owed by now.</param>
    /// <returns>How much is given; 0 when nothing is done, because it is not payable or all of it is set off.</returns>
    public long Fulfil(CommissionRow row, long payable, IEnumerable<CommissionRow> overGiven, string cause, long nowMs)
    {
        var amount = row.State == Accounts.Payable ? ToGive(row.Open, payable) : 0;
        if (amount > 0)
        {
            _nowMs = nowMs;
            _journal.Move(row, PostingKinds.Pay, Accounts.Payable, Accounts.Paid, amount, cause, nowMs, nowMs);
            SetOff(_rows.Track(overGiven), row.Open - amount);
            row.Settled = row.Earnings;
            row.State = row.StateNow();
        }

        return amount;
    }

    /// <summary>How much of what is not settled is left to give.</summary>
    public static long ToGive(long open, long payable) => Math.Max(0, Math.Min(open, payable));

    // Nothing waits or is held of what was given too much: it is set off. What is worth more than was given is payable again.
    private void FollowGifts(CommissionRow row, string cause)
    {
        if (row is { State: Accounts.Pending or Accounts.Held, Settled: > 0, Open: <= 0 })
        {
            _journal.Move(row, PostingKinds.Release, row.State, Accounts.Payable, row.Open, cause, _nowMs, _nowMs);
            row.State = Accounts.Payable;
        }

        row.State = row.StateNow();
    }

    // What was given too much of one is what was not given of the other: should the one be worth as much again, that is owed anew.
    private static void SetOff(IEnumerable<CommissionRow> overGiven, long amount)
    {
        foreach (var row in overGiven.OrderBy(row => row.OccurredAt).ThenBy(row => row.OrderKey, StringComparer.Ordinal).ThenBy(row => row.Id))
        {
            var part = Math.Min(amount, -row.Open);
            (row.Settled, amount) = (row.Settled - part, amount - part);
        }
    }
}
