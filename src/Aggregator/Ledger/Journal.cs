namespace LinkTracker.Aggregator.Ledger;

/// <summary>The postings of one transaction, and by how much they change balances: kept together, so that neither is without the other.</summary>
internal sealed class Journal
{
    private readonly List<PostingRow> _postings = [];
    private readonly Dictionary<BalanceKey, long> _balances = [];

    public IReadOnlyList<PostingRow> Postings => _postings;

    public IReadOnlyDictionary<BalanceKey, long> Balances => _balances;

    /// <summary>Moves an amount of a commission; one below 0 the other way, and of 0 nothing.</summary>
    /// <param name="cause">Id of what made it move, or who did.</param>
    /// <param name="occurredAtMs">When that happened.</param>
    public void Move(CommissionRow row, string kind, string debit, string credit, long amount, string cause, long occurredAtMs, long nowMs) => Post(
        new PostingRow
        {
            Kind = kind,
            ProgramId = row.ProgramId,
            OwnerKind = row.Owner.Kind,
            OwnerId = row.Owner.Id,
            Unit = row.Unit,
            Amount = amount,
            Debit = debit,
            Credit = credit,
            CommissionId = row.Id,
            Cause = cause,
            RuleVersion = row.RewardId.Length == 0 ? null : row.RuleVersion,
            OccurredAt = occurredAtMs,
            PostedAt = nowMs,
            IsTest = row.IsTest,
        });

    /// <param name="posting">Of an amount of either sign; its position is not known yet.</param>
    public void Post(PostingRow posting)
    {
        if (posting.Amount == 0)
        {
            return;
        }

        if (posting.Amount < 0)
        {
            (posting.Debit, posting.Credit, posting.Amount) = (posting.Credit, posting.Debit, checked(-posting.Amount));
        }

        _postings.Add(posting);
        Change(posting, posting.Debit, -posting.Amount);
        Change(posting, posting.Credit, posting.Amount);
    }

    private void Change(PostingRow posting, string account, long by)
    {
        var key = BalanceKey.Of(posting, account);
        _balances[key] = checked(_balances.GetValueOrDefault(key) + by);
    }
}
