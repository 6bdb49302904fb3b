using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Payouts in the database: made in batches, then confirmed or failed one by one by who pays them.</summary>
internal sealed class PayoutStore(LedgerBooks ledger, ProgramStore programs, WebhookOutbox webhooks, EntityId ids, TimeProvider clock)
{
    /// <summary>Payouts in one batch; who is left is in the next.</summary>
    public const int MostAtOnce = 500;

    /// <summary>Pays every partner of the program that is owed at least its minimum.</summary>
    /// <param name="partners">Null: all.</param>
    /// <exception cref="ApiError">409 when nobody is.</exception>
    public long CreateBatch(Session session, long programId, string unit, IReadOnlyCollection<long>? partners)
    {
        // :: 1  Who is owed how much, and for which commissions.
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var program = programs.Load(session).ById[programId];
        var balances = Payable(session, programId, unit, Math.Max(1, program.At(now).Rules.MinimumPayout), partners);
        if (balances.Count == 0)
        {
            throw ApiError.Conflict($"There is nothing to pay in {unit}: no partner is owed as much as the program's minimum.");
        }

        var owners = balances.Select(balance => balance.OwnerId).ToArray();
        var commissions = session.Query<CommissionRow>(
            $"SELECT * FROM commissions WHERE program_id = @programId AND {session.In("partner_id", "owners")} AND side = 'referrer' AND unit = @unit AND state = 'payable'",
            new { programId, owners, unit }).ToLookup(row => row.PartnerId!.Value);

        // :: 2  One posting for each; its position is the payout's last.
        var batch = new PayoutBatchRow { Id = ids.Next(), ProgramId = programId, Unit = unit, IsTest = Units.IsTest(unit), CreatedAt = now };
        var books = ledger.Open(session);
        var payouts = balances.Select(balance =>
        {
            var payout = new PayoutRow { Id = ids.Next(), BatchId = batch.Id, ProgramId = programId, PartnerId = balance.OwnerId, Unit = unit, CreatedAt = now };
            return (Payout: payout, Posting: books.Pay(payout, balance.Amount, commissions[balance.OwnerId], now));
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
            StatementStore.Keep(session, payout);
        }

        webhooks.Add(session, [.. payouts.Where(_ => !batch.IsTest).Select(payout => PayoutEvent.Of(WebhookEvent.PayoutCreated, payout.Payout))]);

        return batch.Id;
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
        session.Execute(
            "UPDATE payouts SET status = 'completed', reference = @reference, paid_at = @now WHERE id = @id",
            new { id, reference, now = clock.GetUtcNow().ToUnixTimeMilliseconds() });
        if (!Units.IsTest(payout.Unit))
        {
            (payout.Status, payout.Reference) = (PayoutRow.Completed, reference);
            webhooks.Add(session, [PayoutEvent.Of(WebhookEvent.PayoutCompleted, payout)]);
        }
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
        books.Fail(payout, session.Query<CommissionRow>("SELECT * FROM commissions WHERE payout_id = @id", new { id }), clock.GetUtcNow().ToUnixTimeMilliseconds());
        books.Save();
        session.Execute("UPDATE payouts SET status = 'failed', failure = @reason WHERE id = @id", new { id, reason });
    }

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

    private static IReadOnlyList<Balance> Payable(Session session, long programId, string unit, long least, IReadOnlyCollection<long>? partners) => session.Query<Balance>(
        $"""
        SELECT owner_id, amount FROM balances
        WHERE program_id = @programId AND owner_kind = 'partner' AND account = 'payable' AND unit = @unit AND amount >= @least
        {(partners is null ? "" : "AND " + session.In("owner_id", "some"))}
        ORDER BY owner_id LIMIT @MostAtOnce
        """,
        new { programId, unit, least, some = partners?.ToArray(), MostAtOnce });

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
    }
}
