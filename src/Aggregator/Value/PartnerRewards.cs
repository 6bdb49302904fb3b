using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Money that referrers earned by what happened in the time asked for, after caps and refunds, whether it was paid out or not.</summary>
internal static class PartnerRewards
{
    /// <returns>Minor units by currency, of each referrer that has some.</returns>
    public static Dictionary<long, SortedDictionary<string, long>> Read(Session session, ValueScope scope, IReadOnlyCollection<long> partners) => session
        .Query<RewardSum>(
            $"""
            SELECT c.partner_id, c.unit, SUM(c.earnings) AS earnings
            FROM commissions c LEFT JOIN conversions v ON v.id = c.conversion_id
            WHERE {scope.OnRewards} AND {Units.IsMoneySql} AND {session.In("c.partner_id", "partners")}
            GROUP BY c.partner_id, c.unit
            """,
            scope.Arguments(partners))
        .GroupBy(row => row.PartnerId)
        .ToDictionary(rows => rows.Key, rows => new SortedDictionary<string, long>(rows.ToDictionary(row => Units.WithoutTest(row.Unit), row => row.Earnings), StringComparer.Ordinal));

    private sealed class RewardSum
    {
        public long PartnerId { get; set; }

        public string Unit { get; set; } = "";

        public long Earnings { get; set; }
    }
}
