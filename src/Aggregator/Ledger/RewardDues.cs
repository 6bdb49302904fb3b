using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>How much of rewards is to be given, with what their owners were given too much set off.</summary>
internal static class RewardDues
{
    /// <summary>What stands on the payable account of the commission's owner, in its unit.</summary>
    public static long Payable(Session session, CommissionRow row) => session.First<long?>(
        $"{Balances} AND program_id = @ProgramId AND owner_kind = @kind AND owner_id = @id AND unit = @Unit",
        new { row.ProgramId, kind = row.Owner.Kind, id = row.Owner.Id, row.Unit }) ?? 0;

    /// <summary>Of the same owner, in the same unit: those of which more is settled than is owed by now.</summary>
    public static IReadOnlyList<CommissionRow> OverGiven(Session session, CommissionRow row) => session.Query<CommissionRow>(
        $"""
        SELECT * FROM commissions
        WHERE program_id = @ProgramId AND settled > earnings AND state = 'paid' AND side = @Side AND unit = @Unit AND {(row.Side == Rewards.Due.Friend ? "customer_id" : "partner_id")} = @owner
        """,
        new { row.ProgramId, row.Side, row.Unit, owner = row.Owner.Id });

    /// <summary>Of each: what is to be given now, 0 unless it is payable; and what was given of it so far.</summary>
    public static IReadOnlyDictionary<long, (long ToGive, long Given)> Of(Session session, IReadOnlyList<CommissionRead> rows)
    {
        if (rows.Count == 0)
        {
            return new Dictionary<long, (long, long)>();
        }

        // All columns that the key of balances begins with: there is a balance for each friend there ever was.
        var (programs, owners) = (rows.Select(row => row.ProgramId).Distinct().ToArray(), rows.Select(row => OwnerOf(row).Id).Distinct().ToArray());
        var payable = session.Query<BalanceRow>(
            $"""
            SELECT program_id, owner_kind, owner_id, unit, amount FROM balances
            WHERE {session.In("program_id", "programs")} AND owner_kind IN ('partner', 'customer') AND {session.In("owner_id", "owners")} AND account = 'payable'
            """,
            new { programs, owners }).ToDictionary(row => (row.ProgramId, new Owner(row.OwnerKind, row.OwnerId), row.Unit), row => row.Amount);
        var ids = rows.Select(row => row.Id).ToArray();
        var given = session.Query<BalanceRow>(
            $"""
            SELECT c.id AS owner_id, SUM(p.amount) AS amount FROM commissions c JOIN postings p ON p.commission_id = c.id AND p.program_id = c.program_id AND p.unit = c.unit
            WHERE {session.In("c.id", "ids")} AND p.kind = 'pay' GROUP BY c.id
            """,
            new { ids }).ToDictionary(row => row.OwnerId, row => row.Amount);
        return rows.ToDictionary(row => row.Id, row => (ToGive: row.State == Accounts.Payable
            ? Books.ToGive(row.Earnings - row.Settled, payable.GetValueOrDefault((row.ProgramId, OwnerOf(row), row.Unit)))
            : 0, Given: given.GetValueOrDefault(row.Id)));
    }

    private const string Balances = "SELECT amount FROM balances WHERE account = 'payable'";

    private static Owner OwnerOf(CommissionRead row) =>
        row.Side == Rewards.Due.Friend ? new Owner(Owner.Customer, row.CustomerId!.Value) : new Owner(Owner.Partner, row.PartnerId!.Value);

    private sealed class BalanceRow
    {
        public long ProgramId { get; set; }

        public string OwnerKind { get; set; } = "";

        public long OwnerId { get; set; }

        public string Unit { get; set; } = "";

        public long Amount { get; set; }
    }
}
