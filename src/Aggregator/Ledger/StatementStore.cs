using System.Text.Json;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Statements. One of a payout is written with it and kept as text: refunds and renamed partners of later days cannot change what somebody
/// was told, and no version of this program has to repeat what an older one wrote. Only the name of a customer who is deleted goes.
/// </summary>
internal sealed class StatementStore(LedgerBooks ledger)
{
    // What one answer lists of the time behind the last payout: postings, and as many lines without any.
    private const int MostAtOnce = 5_000;

    public void Keep(Session session, PayoutRow payout)
    {
        var scope = new StatementScope(payout.PartnerId, payout.ProgramId, payout.Unit, payout.FromPosition, payout.ToPosition, payout.Id);
        var postings = Postings(session, scope, int.MaxValue);
        var lines = new StatementLines(session, ledger, scope);
        var listed = lines.Read(postings)!;
        session.Execute(
            "INSERT INTO statements (payout_id, text) VALUES (@Id, @text)", new { payout.Id, text = JsonSerializer.Serialize(Write(session, scope, postings, listed), ApiJson.Options) });
        lines.Keep(listed, payout.Id);
    }

    public static string Kept(Session session, long payoutId) => session.First<string>("SELECT text FROM statements WHERE payout_id = @payoutId", new { payoutId })!;

    /// <summary>What came behind the partner's last payout.</summary>
    /// <exception cref="ApiError">422 when that is too much for one answer.</exception>
    public StatementResponse Current(Session session, long partner, long program, string unit)
    {
        var scope = new StatementScope(partner, program, unit, PayoutStore.CoveredBy(session, program, unit, partner) + 1, session.Counter(SessionLedger.Position), null);
        var postings = Postings(session, scope, MostAtOnce + 1);
        if (postings.Count > MostAtOnce)
        {
            throw ApiError.Unprocessable($"More than {MostAtOnce} postings came behind the last payout. Ask for the statement of a payout by payoutId, or page through /ledger/postings.");
        }

        return new StatementLines(session, ledger, scope).Read(postings, MostAtOnce) is { } lines
            ? Write(session, scope, postings, lines)
            : throw ApiError.Unprocessable($"More than {MostAtOnce} leads and purchases came behind the last payout. Ask for the statement of a payout by payoutId, or page through /partners/{{id}}/referred.");
    }

    /// <summary>Gives a customer who is deleted the same pseudonym on every statement; amounts, dates and positions stay as they were told.</summary>
    public static void Forget(Session session, long customer, string pseudonym)
    {
        var id = EntityId.Format(EntityId.Customer, customer);
        foreach (var kept in session.Query<KeptRow>(Naming, new { customer }))
        {
            var statement = JsonNode.Parse(kept.Text)!;
            foreach (var named in statement["customers"]!.AsArray().Where(one => (string?)one!["customerId"] == id))
            {
                named!["externalId"] = pseudonym;
            }

            session.Execute("UPDATE statements SET text = @text WHERE payout_id = @PayoutId", new { text = statement.ToJsonString(ApiJson.Options), kept.PayoutId });
        }
    }

    // By what is noted of it, and by postings for what was kept before anything was.
    private const string Naming =
        """
        SELECT payout_id, text FROM statements WHERE payout_id IN (
            SELECT t.payout_id FROM statement_purchases t JOIN conversions v ON v.id = t.conversion_id WHERE v.customer_id = @customer
            UNION SELECT o.id FROM commissions c JOIN postings f ON f.commission_id = c.id
                JOIN payouts o ON o.partner_id = f.owner_id AND o.program_id = f.program_id AND o.unit = f.unit AND f.position >= o.from_position AND f.position <= o.to_position
            WHERE c.customer_id = @customer AND f.owner_kind = 'partner')
        """;

    private static IReadOnlyList<PostingRow> Postings(Session session, StatementScope scope, int most) => session.Query<PostingRow>(
        """
        SELECT * FROM postings WHERE owner_id = @Partner AND program_id = @Program AND unit = @Unit AND owner_kind = 'partner' AND position >= @From AND position <= @To
        ORDER BY position LIMIT @most
        """,
        new { scope.Partner, scope.Program, scope.Unit, scope.From, scope.To, most });

    private static StatementResponse Write(Session session, StatementScope scope, IReadOnlyList<PostingRow> postings, IReadOnlyList<StatementLine> lines)
    {
        // Both kinds are written when their last posting is the partner's newest: what is owed now is the end, and the start follows from it.
        var closing = session.First<long?>(
            "SELECT amount FROM balances WHERE program_id = @Program AND owner_kind = 'partner' AND owner_id = @Partner AND account = 'payable' AND unit = @Unit", scope) ?? 0;
        var ofLines = lines.Select(line => line.Id).OfType<long>().ToHashSet();
        var posted = postings.ToLookup(posting => posting.CommissionId is { } id && ofLines.Contains(id) ? id : (long?)null);
        return new StatementResponse(
            EntityId.Format(EntityId.Partner, scope.Partner),
            session.First<string>("SELECT name FROM partners WHERE id = @Partner", scope)!,
            EntityId.Format(EntityId.Program, scope.Program),
            Units.CurrencyOf(scope.Unit)!,
            Units.IsTest(scope.Unit),
            EntityId.Format(EntityId.Payout, scope.Payout),
            scope.From,
            scope.To,
            closing - postings.Sum(posting => posting.Owed),
            postings.Sum(posting => posting.Paid),
            closing,
            [
                .. lines.GroupBy(line => line.CustomerId).Select(customer => new StatementCustomer(
                    EntityId.Format(EntityId.Customer, customer.Key),
                    CustomerRecord.ShownId(customer.First().IsTestCustomer, customer.First().ExternalId),
                    [.. customer.Select(line => line.ToPurchase(line.Id is { } id ? posted[id] : []))])),
            ],
            [.. posted[null].Select(StatementPosting.Of)]);
    }

    private sealed class KeptRow
    {
        public long PayoutId { get; set; }

        public string Text { get; set; } = "";
    }
}
