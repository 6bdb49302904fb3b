using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>What cases do to commissions: they hold them, take them back, and let them go. Cases in shadow do nothing.</summary>
internal sealed class CaseEffects(LedgerBooks ledger)
{
    /// <summary>Does to the commissions of these conversions what their cases ask for. Doing it again changes nothing.</summary>
    public void Apply(Session session, long[] conversions, long nowMs)
    {
        var asked = session.Query<AskedRow>(
            $"""
            SELECT m.id AS commission_id, i.case_id, k.status, i.mode, CASE WHEN h.case_id IS NULL THEN 0 ELSE 1 END AS is_done
            FROM commissions m
                JOIN fraud_items i ON i.conversion_id = m.conversion_id AND i.partner_id = m.partner_id AND i.is_shadow = 0
                JOIN fraud_cases k ON k.id = i.case_id
                LEFT JOIN fraud_holds h ON h.commission_id = m.id AND h.case_id = k.id
            WHERE {session.In("m.conversion_id", "conversions")} AND (k.status = 'confirmed' OR (k.status = 'open' AND i.mode IN ('hold', 'reject')))
            ORDER BY m.id, i.case_id
            """,
            new { conversions }).Where(row => !row.IsDone).ToList();
        if (asked.Count == 0)
        {
            return;
        }

        var books = ledger.Open(session);
        var rejects = asked.Where(row => row.Rejects).GroupBy(row => row.CommissionId).ToDictionary(group => group.Key, group => group.First().CaseId);
        var holds = asked.GroupBy(row => row.CommissionId).ToDictionary(group => group.Key, group => group.First().CaseId);
        var found = books.Find(holds.Keys);
        foreach (var commission in found)
        {
            if (rejects.TryGetValue(commission.Id, out var fraud))
            {
                Reject(books, commission, fraud, nowMs);
            }
            else
            {
                books.Hold(commission, CauseOf(holds[commission.Id]), nowMs);
            }
        }

        books.Save();

        // What is paid cannot be held: it is asked for again should the payment fail.
        var done = found.Where(commission => commission.State == Accounts.Held || commission.Decided is not null).Select(commission => commission.Id).ToHashSet();
        Note(session, asked.Where(row => done.Contains(row.CommissionId)).Select(row => (row.CommissionId, row.CaseId)));
    }

    /// <summary>Takes back everything that the case is about.</summary>
    public void Reject(Session session, long caseId, long nowMs)
    {
        var commissions = session.Query<long>(
            """
            SELECT m.id FROM fraud_items i JOIN commissions m ON m.conversion_id = i.conversion_id AND m.partner_id = i.partner_id
            WHERE i.case_id = @caseId ORDER BY m.id
            """,
            new { caseId });
        Note(session, commissions.Select(commission => (commission, caseId)));
        var books = ledger.Open(session);
        foreach (var commission in books.Find(commissions))
        {
            Reject(books, commission, caseId, nowMs);
        }

        books.Save();
    }

    /// <summary>Undoes what the case did, as far as no other case asks for the same. Fraud that a person found stays.</summary>
    public void Release(Session session, long caseId, long nowMs)
    {
        var others = session.Query<OtherRow>(
            """
            SELECT h.commission_id, MAX(CASE WHEN k.id IS NULL THEN 0 ELSE 1 END) AS is_held,
                MAX(CASE WHEN k.status = 'confirmed' OR i.mode = 'reject' THEN 1 ELSE 0 END) AS is_rejected
            FROM fraud_holds h
                JOIN commissions m ON m.id = h.commission_id
                LEFT JOIN fraud_holds o ON o.commission_id = h.commission_id AND o.case_id <> h.case_id
                LEFT JOIN fraud_cases k ON k.id = o.case_id AND k.status <> 'dismissed'
                LEFT JOIN fraud_items i ON i.case_id = k.id AND i.conversion_id = m.conversion_id AND i.partner_id = m.partner_id
            WHERE h.case_id = @caseId GROUP BY h.commission_id ORDER BY h.commission_id
            """,
            new { caseId }).ToDictionary(row => row.CommissionId);
        var books = ledger.Open(session);
        foreach (var commission in books.Find(others.Keys))
        {
            var other = others[commission.Id];
            if (!other.IsRejected && Decided.IsOfCase(commission.Decided))
            {
                books.Decide(commission, null, CauseOf(caseId), nowMs);
            }

            if (!other.IsHeld)
            {
                books.Unhold(commission, CauseOf(caseId), nowMs);
            }
        }

        books.Save();
    }

    // What a person has decided otherwise stays.
    private static void Reject(Books books, CommissionRow commission, long caseId, long nowMs)
    {
        if (commission.Decided is null)
        {
            books.Decide(commission, Decided.OfCase(CauseOf(caseId)), CauseOf(caseId), nowMs);
        }
    }

    private static string CauseOf(long caseId) => EntityId.Format(EntityId.FraudCase, caseId);

    private static void Note(Session session, IEnumerable<(long Commission, long Case)> holds) => session.ExecuteAll(
        "INSERT INTO fraud_holds (commission_id, case_id) VALUES (@commission, @caseId) ON CONFLICT DO NOTHING",
        ["commission", "caseId"],
        holds.Select(hold => new object?[] { hold.Commission, hold.Case }));

    private sealed class AskedRow
    {
        public long CommissionId { get; set; }

        public long CaseId { get; set; }

        public string Status { get; set; } = "";

        public string Mode { get; set; } = "";

        public bool IsDone { get; set; }

        public bool Rejects => Status == CaseStatus.Confirmed || Mode == FraudMode.Reject.Name();
    }

    private sealed class OtherRow
    {
        public long CommissionId { get; set; }

        public bool IsHeld { get; set; }

        public bool IsRejected { get; set; }
    }
}
