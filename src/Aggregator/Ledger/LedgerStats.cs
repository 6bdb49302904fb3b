using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Whether the ledger adds up, for each unit. Debits and credits are summed over the balances that transactions kept; postings are summed
/// anew: a row that was lost, doubled or changed shows.
/// </summary>
internal sealed class LedgerStats(Database database) : IStatsSection
{
    public string Name => "ledger";

    public object? Read() => ReadFigures();

    public LedgerFigures? ReadFigures() => database.TryRead(session =>
    {
        var postings = session.Counter(SessionLedger.Position);
        var missing = postings - session.First<long>("SELECT COUNT(*) FROM postings");
        var open = session.First<long>("SELECT COUNT(*) FROM commissions WHERE state IN ('pending', 'held', 'payable') AND outcome IS NULL");
        var kept = session.Query<UnitSum>(
            """
            SELECT unit, SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS debits, SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS credits
            FROM balances GROUP BY unit
            """);
        var wrong = session.Query<UnitSum>(Wrong).ToDictionary(row => row.Unit, row => row.Debits);
        return new LedgerFigures(
            postings,
            missing,
            open,
            new SortedDictionary<string, UnitFigures>(
                kept.Select(row => row.Unit).Union(wrong.Keys).ToDictionary(unit => unit, unit =>
                {
                    var sum = kept.FirstOrDefault(row => row.Unit == unit) ?? new UnitSum();
                    return new UnitFigures(sum.Debits, sum.Credits, wrong.GetValueOrDefault(unit));
                }),
                StringComparer.Ordinal));
    });

    // How many balances of each unit are not the sum of their postings.
    private const string Wrong =
        """
        SELECT unit, COUNT(*) AS debits, 0 AS credits FROM (
            SELECT unit FROM (
                SELECT program_id, owner_kind, owner_id, account, unit, amount FROM balances
                UNION ALL
                SELECT program_id, CASE WHEN credit = 'expense' THEN 'program' ELSE owner_kind END, CASE WHEN credit = 'expense' THEN program_id ELSE owner_id END, credit, unit, -amount FROM postings
                UNION ALL
                SELECT program_id, CASE WHEN debit = 'expense' THEN 'program' ELSE owner_kind END, CASE WHEN debit = 'expense' THEN program_id ELSE owner_id END, debit, unit, amount FROM postings) AS moved
            GROUP BY program_id, owner_kind, owner_id, account, unit HAVING SUM(amount) <> 0) AS wrong
        GROUP BY unit
        """;

    private sealed class UnitSum
    {
        public string Unit { get; set; } = "";

        public long Debits { get; set; }

        public long Credits { get; set; }
    }
}

/// <param name="Postings">Positions that were taken.</param>
/// <param name="Missing">Of those, how many are not there.</param>
/// <param name="OpenCommissions">Pending, held or payable.</param>
internal sealed record LedgerFigures(long Postings, long Missing, long OpenCommissions, SortedDictionary<string, UnitFigures> Units);

/// <param name="Debits">Of all balances that are below 0; the same as credits.</param>
/// <param name="Credits">Of all balances above 0.</param>
/// <param name="WrongBalances">Balances that are not the sum of their postings.</param>
internal sealed record UnitFigures(long Debits, long Credits, long WrongBalances);
