using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Whether the ledger adds up, for each unit. Debits and credits are summed over the balances that transactions kept; postings are summed
/// by <see cref="LedgerAudit"/>: a row that was lost, doubled or changed shows.
/// </summary>
internal sealed class LedgerStats(Database database, LedgerAudit audit, WaitingSales waiting) : IStatsSection
{
    public string Name => "ledger";

    public object? Read() => ReadFigures();

    public LedgerFigures? ReadFigures() => database.TryRead(session =>
    {
        var open = session.First<long>("SELECT COUNT(*) FROM commissions WHERE state IN ('pending', 'held', 'payable') AND outcome IS NULL");
        var found = audit.Extend(session);
        return new LedgerFigures(
            found.Postings,
            found.CheckedTo,
            found.Missing,
            open,
            new SortedDictionary<string, long>(waiting.Count(session), StringComparer.Ordinal),
            new SortedDictionary<string, UnitFigures>(
                found.Kept.GroupBy(balance => balance.Key.Unit).ToDictionary(
                    unit => unit.Key,
                    unit => new UnitFigures(
                        unit.Where(balance => balance.Value < 0).Sum(balance => -balance.Value),
                        unit.Where(balance => balance.Value > 0).Sum(balance => balance.Value),
                        found.Wrong?.Count(key => key.Unit == unit.Key))),
                StringComparer.Ordinal));
    });
}

/// <param name="Postings">Positions that were taken.</param>
/// <param name="CheckedTo">The last that was summed: a new process begins with 0 and goes on at each reading, by a bounded number.</param>
/// <param name="Missing">Of those up to there, how many are not there.</param>
/// <param name="OpenCommissions">Pending, held or payable.</param>
/// <param name="WaitingSales">Sales whose rewards wait for an exchange rate, by the currency that has none.</param>
internal sealed record LedgerFigures(long Postings, long CheckedTo, long Missing, long OpenCommissions, SortedDictionary<string, long> WaitingSales, SortedDictionary<string, UnitFigures> Units);

/// <param name="Debits">Of all balances that are below 0; the same as credits.</param>
/// <param name="Credits">Of all balances above 0.</param>
/// <param name="WrongBalances">Balances that are not the sum of their postings; null until all postings are summed.</param>
internal sealed record UnitFigures(long Debits, long Credits, long? WrongBalances);
