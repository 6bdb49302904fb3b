using LinkTracker.Aggregator.Rewards;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Where <see cref="Books"/> are kept: a transaction of the database, or memory where millions of changes are tried out.</summary>
internal interface ILedgerStore
{
    /// <summary>Answers that are there when they are looked at, so that some can be asked for together.</summary>
    Lazy<IReadOnlyList<CommissionRow>> OfCustomers(IReadOnlyCollection<long> customers);

    /// <summary>
    /// Has the fraud rules look once more at what of these customers is not paid and not decided: who is credited, the leads and the mailbox
    /// that they judged by may be others now. It is no change that anybody is told of.
    /// </summary>
    void CheckAgain(IReadOnlyCollection<long> customers);

    IReadOnlyList<CommissionRow> ByIds(IReadOnlyCollection<long> ids);

    /// <summary>Those of these order keys that a person made, likewise.</summary>
    Lazy<IReadOnlyList<CommissionRow>> MadeFor(IReadOnlyCollection<string> orderKeys);

    /// <summary>Every commission in the span of the chain.</summary>
    IReadOnlyList<CommissionRow> OfChain(RewardChain chain);

    /// <summary>
    /// When the newest commission of each chain's reward and partner occurred, which may be behind its span; missing when that is before the time.
    /// </summary>
    IReadOnlyDictionary<RewardChain, long> Newest(IReadOnlyCollection<RewardChain> chains, long sinceMs);

    /// <summary>Sums of the chains: at least those of the keys that are there.</summary>
    IReadOnlyList<RewardTotalRow> Totals(IReadOnlyCollection<RewardChain> chains, IReadOnlyCollection<TotalKey> keys);

    /// <summary>Groups of these partners.</summary>
    GroupOf GroupsOf(IReadOnlyCollection<long> partners);

    /// <summary>The rates that are known now.</summary>
    Exchange Rates { get; }

    /// <summary>The position in front of the next so many, which are taken.</summary>
    long TakePositions(int count);

    /// <summary>
    /// Marks what a payout pays: all of its partner that is payable, but what adds to the amount and is not checked. They keep their earnings, so
    /// nothing else of them changes.
    /// </summary>
    void MarkPaid(IReadOnlyCollection<PayoutRow> payouts, long nowMs);

    /// <summary>Marks what was in a payout as payable again.</summary>
    void MarkPayable(IReadOnlyCollection<PayoutRow> payouts, long nowMs);

    void Save(IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal);
}

/// <summary>A row of <c>reward_totals</c>.</summary>
internal sealed class RewardTotalRow
{
    public long ProgramId { get; set; }

    /// <summary>That of <see cref="RewardChain.TotalsId"/>.</summary>
    public string RewardId { get; set; } = "";

    public long PartnerId { get; set; }

    public string Period { get; set; } = "";

    public long StartsAt { get; set; }

    public long Conversions { get; set; }

    public long Revenue { get; set; }

    public long Due { get; set; }

    public long Earnings { get; set; }
}
