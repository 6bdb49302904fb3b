using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What partners have earned so far, paid or not, in one currency: after refunds and decisions.</summary>
internal static class PartnerEarnings
{
    private const int AtOnce = 1_000;

    /// <param name="program">Null: of all programs, without tests.</param>
    public static IReadOnlyDictionary<long, long> Of(Session session, IEnumerable<long> partners, string currency, ReferralProgram? program) => partners.Chunk(AtOnce)
        .SelectMany(some => session.Query<Earned>(
            $"""
            SELECT owner_id AS partner, SUM(amount) AS amount FROM balances
            WHERE {(program is null ? "program_id IN (SELECT id FROM programs)" : "program_id = @program")} AND owner_kind = 'partner' AND {session.In("owner_id", "some")} AND unit = @unit
            GROUP BY owner_id
            """,
            new { some, unit = Units.OfCurrency(currency, program?.IsTest == true), program = program?.Id })).ToDictionary(row => row.Partner, row => row.Amount);

    private sealed class Earned
    {
        public long Partner { get; set; }

        public long Amount { get; set; }
    }
}
