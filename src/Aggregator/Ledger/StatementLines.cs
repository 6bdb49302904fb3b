using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// What statements list of one referrer in one program: whatever postings of the period are for, and each lead and purchase that is
/// credited to it and stands on no earlier statement, with a reward or without.
/// </summary>
/// <param name="ledger">Knows the rules by which there is none.</param>
internal sealed class StatementLines(Session session, LedgerBooks ledger, StatementScope scope)
{
    private const int AtOnce = 1_000;

    private const string Columns =
        $"""
        c.id, c.reward_id, COALESCE(c.earnings, 0) AS earnings, c.note, c.outcome, COALESCE(c.state, '') AS state, COALESCE(c.available_at, 0) AS available_at, c.approved_at,
        COALESCE(c.is_checked, 0) AS is_checked, {CommissionStatus.Sql} AS status, s.id AS conversion_id, u.id AS customer_id, u.external_id, u.is_test AS is_test_customer, s.currency
        """;

    /// <summary>In the order in which they happened.</summary>
    /// <param name="most">Of those without postings.</param>
    /// <returns>Null when there are more.</returns>
    public IReadOnlyList<StatementLine>? Read(IEnumerable<PostingRow> postings, int most = int.MaxValue)
    {
        // :: 1  What was posted, whenever it was told.
        var posted = postings.Select(posting => posting.CommissionId).OfType<long>().Distinct().Chunk(AtOnce).SelectMany(Posted).ToList();

        // :: 2  What was told since the last statement; a reward of it that a cap made nothing of has no postings.
        var untold = Untold(most);
        if (untold.Count > most)
        {
            return null;
        }

        var known = posted.Select(line => line.Id).ToHashSet();
        var others = untold.Where(line => line.Id is null || !known.Contains(line.Id)).ToList();

        // :: 3  Why there is none.
        foreach (var some in others.Where(line => line.Id is null).GroupBy(line => line.CustomerId).Chunk(AtOnce))
        {
            Explain(some);
        }

        return
        [
            .. posted.Concat(others).OrderBy(line => line.OccurredAt).ThenBy(line => line.OrderKey, StringComparer.Ordinal).ThenBy(line => line.RewardId, StringComparer.Ordinal),
        ];
    }

    /// <summary>Notes that these lines stand on the statement of a payout, for ever.</summary>
    public void Keep(IEnumerable<StatementLine> lines, long payout) => session.ExecuteAll(
        "INSERT INTO statement_purchases (partner_id, program_id, conversion_id, payout_id) VALUES (@partner, @program, @conversion, @payout) ON CONFLICT DO NOTHING",
        ["partner", "program", "conversion", "payout"],
        lines.Select(line => line.ConversionId).OfType<long>().Distinct().Select(conversion => new object?[] { scope.Partner, scope.Program, conversion, payout }));

    private IReadOnlyList<StatementLine> Posted(long[] some) => session.Query<StatementLine>(
        $"""
        SELECT {Columns}, c.type, c.occurred_at, c.order_key, COALESCE(s.invoice_id, c.invoice_id) AS invoice_id, c.sold, c.refunded,
            CAST(COALESCE((SELECT SUM(r.amount) FROM credits r WHERE r.conversion_id = c.conversion_id AND r.partner_id = c.partner_id), 0) AS BIGINT) AS credited
        FROM commissions c JOIN customers u ON u.id = c.customer_id LEFT JOIN conversions s ON s.id = c.conversion_id LEFT JOIN payouts o ON o.id = c.payout_id
        WHERE {session.In("c.id", "some")}
        """,
        new { some });

    private IReadOnlyList<StatementLine> Untold(int most) => session.Query<StatementLine>(
        $"""
        SELECT {Columns}, s.kind AS type, s.occurred_at, COALESCE(s.business_key, '') AS order_key, s.invoice_id, COALESCE(s.amount, 0) AS sold, s.refunded, r.credited
        FROM (SELECT conversion_id, CAST(SUM(amount) AS BIGINT) AS credited FROM credits WHERE partner_id = @Partner GROUP BY conversion_id) r
            JOIN conversions s ON s.id = r.conversion_id
            JOIN customers u ON u.id = s.customer_id
            LEFT JOIN commissions c ON c.conversion_id = s.id AND c.partner_id = @Partner AND c.program_id = @Program AND c.side = 'referrer' AND c.unit = @Unit
            LEFT JOIN payouts o ON o.id = c.payout_id
        WHERE s.program_id = @Program AND s.is_test = @isTest AND s.kind IN ('lead', 'sale')
            AND NOT EXISTS (SELECT 1 FROM statement_purchases t WHERE t.partner_id = @Partner AND t.program_id = @Program AND t.conversion_id = s.id)
        LIMIT @limit
        """,
        new { scope.Partner, scope.Program, scope.Unit, isTest = Units.IsTest(scope.Unit) ? 1 : 0, limit = most == int.MaxValue ? int.MaxValue : most + 1 });

    private void Explain(IReadOnlyCollection<IGrouping<long, StatementLine>> customers)
    {
        var (plan, made) = ledger.Plan(
            session, [scope.Partner], [.. customers.Select(lines => lines.Key)], [.. customers.SelectMany(lines => lines).Where(line => line.Type == "sale").Select(line => line.OrderKey)]);
        var accounts = StoredCredits.Load(session, scope.Program, [.. customers.Select(lines => lines.Key)]).ToDictionary(account => account.CustomerId);
        foreach (var lines in customers)
        {
            var missed = plan.MissedBy(accounts[lines.Key], scope.Partner);
            foreach (var line in lines)
            {
                line.Missed = made.Has(scope.Program, scope.Partner, lines.Key, line.Type == "lead", line.OrderKey) ? null : missed.GetValueOrDefault(line.ConversionId!.Value, StatementLine.NotDerived);
            }
        }
    }
}

/// <summary>Which part of the ledger a statement is about.</summary>
/// <param name="From">The first position.</param>
/// <param name="To">The last.</param>
/// <param name="Payout">Null for what came behind the last one.</param>
internal sealed record StatementScope(long Partner, long Program, string Unit, long From, long To, long? Payout);
