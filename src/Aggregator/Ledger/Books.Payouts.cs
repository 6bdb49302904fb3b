using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <content>Payouts: all that an owner is owed at once, with what it owes set off.</content>
internal sealed partial class Books
{
    /// <summary>Pays a partner all that is payable. What of it failed comes back by <see cref="Fail"/>.</summary>
    /// <param name="balance">Of its payable account, more than 0.</param>
    /// <param name="payable">Its commissions that stand on it.</param>
    /// <returns>The posting, whose position is the payout's last.</returns>
    public PostingRow Pay(PayoutRow payout, long balance, IEnumerable<CommissionRow> payable, long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(balance);
        _nowMs = nowMs;
        payout.Amount = balance;
        foreach (var row in _rows.Track(payable))
        {
            (row.State, row.PayoutId) = (Accounts.Paid, payout.Id);
        }

        return Post(payout, PostingKinds.Pay, Accounts.Payable, Accounts.Paid, nowMs);
    }

    /// <summary>Owes again what did not arrive.</summary>
    /// <param name="paid">The commissions of the payout.</param>
    public void Fail(PayoutRow payout, IEnumerable<CommissionRow> paid, long nowMs)
    {
        _nowMs = nowMs;
        foreach (var row in _rows.Track(paid))
        {
            // Rules that fired while it was paid could not hold it.
            (row.State, row.PayoutId, row.IsChecked) = (Accounts.Payable, null, false);
        }

        Post(payout, PostingKinds.PayFailed, Accounts.Paid, Accounts.Payable, nowMs);
    }

    private PostingRow Post(PayoutRow payout, string kind, string debit, string credit, long nowMs)
    {
        var posting = new PostingRow
        {
            Kind = kind,
            ProgramId = payout.ProgramId,
            OwnerKind = Owner.Partner,
            OwnerId = payout.PartnerId,
            Unit = payout.Unit,
            Amount = payout.Amount,
            Debit = debit,
            Credit = credit,
            Cause = EntityId.Format(EntityId.Payout, payout.Id),
            OccurredAt = nowMs,
            PostedAt = nowMs,
            IsTest = Units.IsTest(payout.Unit),
        };
        _journal.Post(posting);
        return posting;
    }
}
