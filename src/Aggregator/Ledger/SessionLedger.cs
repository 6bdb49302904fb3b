using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>The ledger's tables in one transaction, read and written by sets.</summary>
internal sealed class SessionLedger(Session session, ProgramSet programs, ExchangeRateStore rates, WebhookOutbox webhooks) : ILedgerStore
{
    /// <summary>The counter of positions that are taken.</summary>
    public const string Position = "ledger_position";

    private static readonly string[] CheckColumns = ["customers"];
    private static readonly string[] MarkColumns = ["payout", "program", "partner", "unit", "now"];

    private ExchangeRates? _rates;

    public Exchange Rates => Convert;

    public Lazy<IReadOnlyList<CommissionRow>> OfCustomers(IReadOnlyCollection<long> customers) => session.Ask<CommissionRow>(
        $"SELECT * FROM commissions WHERE {session.In("customer_id", "customers")}", ("customers", customers.ToArray()));

    // Those that are not checked yet get another version, too: a check under way judged what it read before.
    public void CheckAgain(IReadOnlyCollection<long> customers) => session.Later(
        $"""
        UPDATE commissions SET is_checked = 0, version = version + 1
        WHERE {session.In("customer_id", "customers")} AND conversion_id IS NOT NULL AND state <> 'paid' AND outcome IS NULL AND is_test = 0
        """,
        CheckColumns,
        [[customers.ToArray()]]);

    public IReadOnlyList<CommissionRow> ByIds(IReadOnlyCollection<long> ids) => session.Query<CommissionRow>(
        $"SELECT * FROM commissions WHERE {session.In("id", "ids")}", new { ids = ids.ToArray() });

    // In words of the index, which is only over these.
    public Lazy<IReadOnlyList<CommissionRow>> MadeFor(IReadOnlyCollection<string> orderKeys) => session.Ask<CommissionRow>(
        $"SELECT * FROM commissions WHERE reward_id = '' AND order_key <> '' AND {session.In("order_key", "keys")}", ("keys", orderKeys.ToArray()));

    public IReadOnlyList<CommissionRow> OfChain(RewardChain chain) => session.Query<CommissionRow>(
        $"""
        SELECT * FROM commissions
        WHERE program_id = @ProgramId AND reward_id = @RewardId AND is_test = @isTest AND occurred_at >= @StartsAtMs AND occurred_at < @EndsAtMs
        {(chain.PartnerId == 0 ? "" : "AND partner_id = @PartnerId")}
        """,
        new { chain.ProgramId, chain.RewardId, isTest = chain.IsTest ? 1 : 0, chain.StartsAtMs, chain.EndsAtMs, chain.PartnerId });

    public IReadOnlyDictionary<RewardChain, long> Newest(IReadOnlyCollection<RewardChain> chains, long sinceMs)
    {
        var newest = new Dictionary<RewardChain, long>();
        foreach (var row in chains.GroupBy(chain => chain.PartnerId == 0).SelectMany(some => Newest([.. some], some.Key, sinceMs)))
        {
            foreach (var chain in chains.Where(row.IsOf))
            {
                newest[chain] = row.OccurredAt;
            }
        }

        return newest;
    }

    public IReadOnlyList<RewardTotalRow> Totals(IReadOnlyCollection<RewardChain> chains, IReadOnlyCollection<TotalKey> keys) => session.Query<RewardTotalRow>(
        $"""
        SELECT * FROM reward_totals
        WHERE {session.In("program_id", "programs")} AND {session.In("reward_id", "rewards")} AND {session.In("partner_id", "partners")} AND {session.In("starts_at", "starts")}
        """,
        new
        {
            programs = chains.Select(chain => chain.ProgramId).Distinct().ToArray(),
            rewards = chains.Select(chain => chain.TotalsId).Distinct().ToArray(),
            partners = keys.Select(key => key.PartnerId).Distinct().ToArray(),
            starts = keys.Select(key => key.StartsAtMs).Distinct().ToArray(),
        });

    public GroupOf GroupsOf(IReadOnlyCollection<long> partners)
    {
        var (memberships, standings) = (Memberships.Ask(session, partners), PartnerStandings.Ask(session, partners));
        return (program, partner, atMs) => standings.Value.IsStopped(partner, atMs) ? null : memberships.Value.GroupOf(program, partner, atMs);
    }

    public long TakePositions(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        // There is one writer, so that what was read still holds when it is added to.
        var before = session.Counter(Position);
        session.AddLater(Position, count);
        return before;
    }

    public void Save(IReadOnlyCollection<CommissionRow> commissions, IReadOnlyCollection<RewardTotalRow> totals, Journal journal)
    {
        LedgerStatements.Write(session, commissions, totals, journal);
        var told = commissions.Where(row => !row.IsTest).ToList();
        var payouts = told.Where(row => row.State == Accounts.Paid).Select(row => row.PayoutId).OfType<long>().Distinct().ToArray();
        var open = payouts.Length == 0 ? [] : session.Query<long>($"SELECT id FROM payouts WHERE {session.In("id", "payouts")} AND status = 'processing'", new { payouts }).ToHashSet();
        webhooks.Add(session, [.. told.Zip(RulesOf(told), (row, rule) => CommissionEvent.Of(row, rule, isProcessed: row.PayoutId is { } payout && open.Contains(payout)))]);
    }

    public void MarkPaid(IReadOnlyCollection<PayoutRow> payouts, long nowMs) => Mark(
        """
        UPDATE commissions SET state = 'paid', payout_id = @payout, version = version + 1, updated_at = @now
        WHERE program_id = @program AND partner_id = @partner AND side = 'referrer' AND unit = @unit AND state = 'payable' AND (is_checked = 1 OR earnings <= 0)
        """,
        payouts,
        nowMs);

    public void MarkPayable(IReadOnlyCollection<PayoutRow> payouts, long nowMs) => Mark(
        """
        UPDATE commissions SET state = 'payable', payout_id = NULL, is_checked = 0, version = version + 1, updated_at = @now
        WHERE payout_id = @payout AND program_id = @program AND partner_id = @partner AND unit = @unit
        """,
        payouts,
        nowMs);

    // Money of referrers says all by its amount; of what else is given, its rule says what it is.
    private IEnumerable<RewardRule?> RulesOf(IReadOnlyCollection<CommissionRow> rows)
    {
        var groups = new PartnerGroups(this, programs);
        groups.Load(rows.Where(IsGiven).Select(row => row.PartnerId!.Value));
        return rows.Select(row => IsGiven(row) ? groups.RuleOf(row) : null);
    }

    private static bool IsGiven(CommissionRow row) => row.RewardId.Length > 0 && (row.Side == Due.Friend || !Units.IsMoney(row.Unit));

    private void Mark(string sql, IReadOnlyCollection<PayoutRow> payouts, long nowMs) => session.ExecuteAll(
        sql, MarkColumns, payouts.Select(payout => new object?[] { payout.Id, payout.ProgramId, payout.PartnerId, payout.Unit, nowMs }));

    // Rates are read when the first sale needs one: most programs sell in their own currency.
    private long? Convert(long amount, string from, string to, long atMs) =>
        from == to ? amount : (_rates ??= rates.Load(session)).Convert(amount, from, to, atMs)?.Amount;

    private IReadOnlyList<NewestRow> Newest(IReadOnlyCollection<RewardChain> chains, bool isShared, long sinceMs) => session.Query<NewestRow>(
        $"""
        SELECT program_id, reward_id, is_test, {(isShared ? "0" : "partner_id")} AS partner_id, MAX(occurred_at) AS occurred_at FROM commissions
        WHERE {session.In("program_id", "programs")} AND {session.In("reward_id", "rewards")} AND occurred_at >= @sinceMs
        {(isShared ? "" : "AND " + session.In("partner_id", "partners"))}
        GROUP BY program_id, reward_id, is_test{(isShared ? "" : ", partner_id")}
        """,
        new
        {
            programs = chains.Select(chain => chain.ProgramId).Distinct().ToArray(),
            rewards = chains.Select(chain => chain.RewardId).Distinct().ToArray(),
            partners = chains.Select(chain => chain.PartnerId).Distinct().ToArray(),
            sinceMs,
        });

    private sealed class NewestRow
    {
        public long ProgramId { get; set; }

        public string RewardId { get; set; } = "";

        public bool IsTest { get; set; }

        public long PartnerId { get; set; }

        public long OccurredAt { get; set; }

        public bool IsOf(RewardChain chain) =>
            (chain.ProgramId, chain.RewardId, chain.IsTest, chain.PartnerId) == (ProgramId, RewardId, IsTest, PartnerId);
    }
}
