using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Payouts in the database: made in batches, then confirmed or failed one by one by who pays them.</summary>
internal sealed class PayoutStore(LedgerBooks ledger, ProgramStore programs, StatementStore statements, WebhookOutbox webhooks, EntityId ids, TimeProvider clock)
{
    /// <summary>Payouts in one batch; who is left is in the next.</summary>
    public const int MostAtOnce = 500;

    // A batch is one transaction, for which all others wait.
    private const int MostLines = 20_000;

    /// <summary>
    /// Pays the partners of the program that are owed at least its minimum: who was paid longest ago first. What the fraud rules have to look
    /// at once more, because a payout failed or something new was told of its customer, is not paid before they did.
    /// </summary>
    /// <param name="partners">Null: all.</param>
    /// <returns>The batch, and how many are left for the next.</returns>
    /// <exception cref="ApiError">409 when nobody is.</exception>
    public (long Batch, int Remaining) CreateBatch(Session session, long programId, string unit, IReadOnlyCollection<long>? partners)
    {
        // :: 1  Who is owed how much, as far as one transaction goes.
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var program = programs.Load(session).ById[programId];
        var least = Math.Max(1, program.At(now).Rules.MinimumPayout);
        var balances = Bounded(Payable(session, programId, unit, least, partners));
        if (balances.Count == 0)
        {
            throw ApiError.Conflict($"There is nothing to pay in {unit}: no partner is owed as much as the program's minimum{Checked(session, programId, unit, partners)}.");
        }

        var owners = balances.Select(balance => balance.OwnerId).ToArray();
        var remaining = Count(session, programId, unit, least, partners) - balances.Count;

        // :: 2  One posting for each; its position is the payout's last.
        var batch = new PayoutBatchRow { Id = ids.Next(), ProgramId = programId, Unit = unit, IsTest = Units.IsTest(unit), CreatedAt = now };
        var books = ledger.Open(session);
        var payouts = balances.Select(balance =>
        {
            var payout = new PayoutRow { Id = ids.Next(), BatchId = batch.Id, ProgramId = programId, PartnerId = balance.OwnerId, Unit = unit, CreatedAt = now };
            return (Payout: payout, Posting: books.Pay(payout, balance.Amount, now));
        }).ToList();
        var starts = Starts(session, programId, unit, owners);
        books.Save();
        foreach (var (payout, posting) in payouts)
        {
            (payout.FromPosition, payout.ToPosition) = (starts.GetValueOrDefault(payout.PartnerId, 0) + 1, posting.Position);
        }

        // :: 3  The rows, and what each partner is told with its payout.
        batch.Position = payouts.Max(payout => payout.Payout.ToPosition);
        session.Execute("INSERT INTO payout_batches (id, program_id, unit, position, is_test, created_at) VALUES (@Id, @ProgramId, @Unit, @Position, @isTest, @CreatedAt)",
            new { batch.Id, batch.ProgramId, batch.Unit, batch.Position, isTest = batch.IsTest ? 1 : 0, batch.CreatedAt });
        Rows.Insert(session, [.. payouts.Select(payout => payout.Payout)]);
        foreach (var (payout, _) in payouts)
        {
            statements.Keep(session, payout);
        }

        webhooks.Add(session, [.. payouts.Where(_ => !batch.IsTest).Select(payout => PayoutEvent.Of(WebhookEvent.PayoutCreated, payout.Payout))]);

        return (batch.Id, remaining);
    }

    /// <summary>The payment arrived. The same again changes nothing.</summary>
    public void Confirm(Session session, long id, string reference)
    {
        var payout = Get(session, id);
        if (payout.Status == PayoutRow.Completed && payout.Reference == reference)
        {
            return;
        }

        RefuseUnlessProcessing(payout);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute("UPDATE payouts SET status = 'completed', reference = @reference, paid_at = @now WHERE id = @id", new { id, reference, now });
        session.Execute("UPDATE commissions SET version = version + 1, updated_at = @now WHERE payout_id = @id", new { id, now });
        (payout.Status, payout.Reference) = (PayoutRow.Completed, reference);
        Tell(session, WebhookEvent.PayoutCompleted, payout);
    }

    /// <summary>The payment did not arrive: its amount is owed again. The same again changes nothing.</summary>
    public void Fail(Session session, long id, string reason)
    {
        var payout = Get(session, id);
        if (payout.Status == PayoutRow.Failed && payout.Failure == reason)
        {
            return;
        }

        RefuseUnlessProcessing(payout);
        var books = ledger.Open(session);
        books.Fail(payout, clock.GetUtcNow().ToUnixTimeMilliseconds());
        books.Save();
        session.Execute("UPDATE payouts SET status = 'failed', failure = @reason WHERE id = @id", new { id, reason });
        payout.Status = PayoutRow.Failed;
        Tell(session, WebhookEvent.PayoutFailed, payout);
    }

    private void Tell(Session session, string type, PayoutRow payout) => webhooks.Add(session, Units.IsTest(payout.Unit) ? [] : [PayoutEvent.Of(type, payout)]);

    /// <exception cref="ApiError">404 when there is none.</exception>
    public static PayoutRow Get(Session session, long id) =>
        session.First<PayoutRow>("SELECT * FROM payouts WHERE id = @id", new { id }) ?? throw ApiError.NotFound($"There is no payout {EntityId.Format(EntityId.Payout, id)}.");

    /// <summary>The last position that the partner's payouts cover; 0 before its first.</summary>
    public static long CoveredBy(Session session, long programId, string unit, long partner) => Starts(session, programId, unit, [partner]).GetValueOrDefault(partner);

    private static readonly RowWriter<PayoutRow> Rows = new RowWriter<PayoutRow>("payouts", "id")
        .Number("id", row => row.Id)
        .Number("batch_id", row => row.BatchId)
        .Number("program_id", row => row.ProgramId)
        .Number("partner_id", row => row.PartnerId)
        .Text("unit", row => row.Unit)
        .Number("amount", row => row.Amount)
        .Number("from_position", row => row.FromPosition)
        .Number("to_position", row => row.ToPosition)
        .Text("status", row => row.Status)
        .Number("created_at", row => row.CreatedAt);

    // What is to be set off is set off at once; only what adds to the amount waits.
    private const string Unchecked =
        """
        SELECT c.partner_id, CAST(SUM(c.earnings) AS BIGINT) AS amount FROM commissions c
        WHERE c.program_id = @programId AND c.unit = @unit AND c.is_checked = 0 AND c.state = 'payable' AND c.side = 'referrer' AND c.earnings > 0 GROUP BY c.partner_id
        """;

    private static IReadOnlyList<Balance> Payable(Session session, long programId, string unit, long least, IReadOnlyCollection<long>? partners) => session.Query<Balance>(
        $"""
        SELECT b.owner_id, b.amount,
            (SELECT COUNT(*) FROM commissions c
             WHERE c.program_id = b.program_id AND c.partner_id = b.owner_id AND c.state = 'payable' AND c.side = 'referrer' AND c.unit = b.unit)
            + (SELECT COUNT(*) FROM credits r JOIN conversions v ON v.id = r.conversion_id
               WHERE r.partner_id = b.owner_id AND v.program_id = b.program_id AND v.kind IN ('lead', 'sale') AND v.is_test = @isTest AND NOT EXISTS
               (SELECT 1 FROM statement_purchases t WHERE t.partner_id = r.partner_id AND t.program_id = b.program_id AND t.conversion_id = r.conversion_id)) AS lines
        FROM (SELECT b.program_id, b.owner_id, b.unit, b.amount - COALESCE(u.amount, 0) AS amount,
                COALESCE((SELECT MAX(o.id) FROM payouts o WHERE o.partner_id = b.owner_id AND o.program_id = b.program_id AND o.unit = b.unit), 0) AS paid_last
              FROM {Owed(session, partners)} ORDER BY paid_last, b.owner_id LIMIT @MostAtOnce) AS b
        ORDER BY b.paid_last, b.owner_id
        """,
        new { programId, unit, least, some = partners?.ToArray(), MostAtOnce, isTest = Units.IsTest(unit) ? 1 : 0 });

    private static int Count(Session session, long programId, string unit, long least, IReadOnlyCollection<long>? partners) => (int)session.First<long>(
        $"SELECT COUNT(*) FROM {Owed(session, partners)}", new { programId, unit, least, some = partners?.ToArray() });

    private static string Owed(Session session, IReadOnlyCollection<long>? partners) =>
        $"""
        balances b LEFT JOIN ({Unchecked}) u ON u.partner_id = b.owner_id
        WHERE b.program_id = @programId AND b.owner_kind = 'partner' AND b.account = 'payable' AND b.unit = @unit AND b.amount - COALESCE(u.amount, 0) >= @least
        {(partners is null ? "" : "AND " + session.In("b.owner_id", "some"))}
        """;

    private static string Checked(Session session, long programId, string unit, IReadOnlyCollection<long>? partners) => session.First<long>(
        $"SELECT COUNT(*) FROM ({Unchecked}) u{(partners is null ? "" : " WHERE " + session.In("u.partner_id", "some"))}", new { programId, unit, some = partners?.ToArray() }) is > 0 and var waiting
        ? $", as long as the fraud rules look once more at rewards of {waiting}; try again in a few seconds"
        : "";

    // What is paid and what its statement lists besides. At least one, however much that is: it would never be paid otherwise.
    private static List<Balance> Bounded(IReadOnlyList<Balance> balances)
    {
        var lines = 0L;
        return [.. balances.TakeWhile((balance, i) => (lines += balance.Lines) <= MostLines || i == 0)];
    }

    private static Dictionary<long, long> Starts(Session session, long programId, string unit, long[] owners) => session.Query<Balance>(
        $"SELECT partner_id AS owner_id, MAX(to_position) AS amount FROM payouts WHERE {session.In("partner_id", "owners")} AND program_id = @programId AND unit = @unit GROUP BY partner_id",
        new { owners, programId, unit }).ToDictionary(row => row.OwnerId, row => row.Amount);

    private static void RefuseUnlessProcessing(PayoutRow payout)
    {
        if (payout.Status != PayoutRow.Processing)
        {
            throw ApiError.Conflict($"The payout is {payout.Status} already.");
        }
    }

    private sealed class Balance
    {
        public long OwnerId { get; set; }

        public long Amount { get; set; }

        public long Lines { get; set; }
    }
}
