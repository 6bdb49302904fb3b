using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What partners have earned so far, paid or not, in one currency: after refunds and decisions.</summary>
internal static class PartnerEarnings
{
    private const int AtOnce = 1_000;

    public static IReadOnlyDictionary<long, long> Of(Session session, IEnumerable<long> partners, string currency) => partners.Chunk(AtOnce)
        .SelectMany(some => session.Query<Earned>(
            $"""
            SELECT owner_id AS partner, SUM(amount) AS amount FROM balances
            WHERE program_id IN (SELECT id FROM programs) AND owner_kind = 'partner' AND {session.In("owner_id", "some")} AND unit = @currency
            GROUP BY owner_id
            """,
            new { some, currency })).ToDictionary(row => row.Partner, row => row.Amount);

    private sealed class Earned
    {
        public long Partner { get; set; }

        public long Amount { get; set; }
    }
}
