using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Money that referrers earned by what happened in the time asked for, after caps and refunds, whether it was paid out or not.</summary>
internal static class PartnerRewards
{
    // What the shop gives itself has a colon in its unit, such as credit:eur.
    private const string Money = "m.unit NOT LIKE '%:%'";

    /// <returns>Minor units by currency, of each referrer that has some.</returns>
    public static Dictionary<long, SortedDictionary<string, long>> Read(Session session, ValueScope scope, IReadOnlyCollection<long> partners) => session
        .Query<RewardSum>(
            $"""
            SELECT m.partner_id, m.unit, SUM(m.earnings) AS earnings
            FROM commissions m LEFT JOIN conversions c ON c.id = m.conversion_id
            WHERE {scope.OnRewards} AND {Money} AND {session.In("m.partner_id", "partners")}
            GROUP BY m.partner_id, m.unit
            """,
            scope.Arguments(partners))
        .GroupBy(row => row.PartnerId)
        .ToDictionary(rows => rows.Key, rows => new SortedDictionary<string, long>(rows.ToDictionary(row => row.Unit, row => row.Earnings), StringComparer.Ordinal));

    private sealed class RewardSum
    {
        public long PartnerId { get; set; }

        public string Unit { get; set; } = "";

        public long Earnings { get; set; }
    }
}
