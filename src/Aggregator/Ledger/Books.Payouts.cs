using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <content>Payouts: all that an owner is owed at once, with what it owes set off.</content>
internal sealed partial class Books
{
    private readonly List<PayoutRow> _paid = [];
    private readonly List<PayoutRow> _failed = [];

    /// <summary>Pays a partner all that is payable and checked. What of it failed comes back by <see cref="Fail"/>.</summary>
    /// <param name="balance">Of its payable account, without what is checked once more; more than 0.</param>
    /// <returns>The posting, whose position is the payout's last.</returns>
    public PostingRow Pay(PayoutRow payout, long balance, long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(balance);
        _nowMs = nowMs;
        payout.Amount = balance;
        _paid.Add(payout);
        return Post(payout, PostingKinds.Pay, Accounts.Payable, Accounts.Paid, nowMs);
    }

    /// <summary>Owes again what did not arrive.</summary>
    public void Fail(PayoutRow payout, long nowMs)
    {
        _nowMs = nowMs;
        _failed.Add(payout);
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
