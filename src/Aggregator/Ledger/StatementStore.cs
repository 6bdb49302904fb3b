using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Statements. One of a payout is written with it and kept as text: refunds, renamed partners and deleted customers of later days cannot
/// change what somebody was told, and no version of this program has to repeat what an older one wrote.
/// </summary>
internal static class StatementStore
{
    private const int AtOnce = 1_000;

    // What one answer lists of the time behind the last payout.
    private const int MostPostings = 5_000;

    public static void Keep(Session session, PayoutRow payout) => session.Execute(
        "INSERT INTO statements (payout_id, text) VALUES (@Id, @text)",
        new
        {
            payout.Id,
            text = JsonSerializer.Serialize(
                Write(session, payout.PartnerId, payout.ProgramId, payout.Unit, payout.FromPosition, payout.ToPosition, payout.Id), ApiJson.Options),
        });

    public static string Kept(Session session, long payoutId) => session.First<string>("SELECT text FROM statements WHERE payout_id = @payoutId", new { payoutId })!;

    /// <summary>What came behind the partner's last payout.</summary>
    /// <exception cref="ApiError">422 when that is too much for one answer.</exception>
    public static StatementResponse Current(Session session, long partner, long program, string unit) => Write(
        session, partner, program, unit, PayoutStore.CoveredBy(session, program, unit, partner) + 1, session.Counter(SessionLedger.Position), null);

    private static StatementResponse Write(Session session, long partner, long program, string unit, long from, long to, long? payout)
    {
        var owner = new { partner, program, unit, from, to };
        var postings = session.Query<PostingRow>(
            $"""
            SELECT * FROM postings WHERE owner_id = @partner AND program_id = @program AND unit = @unit AND owner_kind = 'partner' AND position >= @from AND position <= @to
            ORDER BY position{(payout is null ? $" LIMIT {MostPostings + 1}" : "")}
            """,
            owner);
        if (payout is null && postings.Count > MostPostings)
        {
            throw ApiError.Unprocessable($"More than {MostPostings} postings came behind the last payout. Ask for the statement of a payout by payoutId, or page through /ledger/postings.");
        }

        // Both kinds are written when their last posting is the partner's newest: what is owed now is the end, and the start follows from it.
        var closing = session.First<long?>(
            "SELECT amount FROM balances WHERE program_id = @program AND owner_kind = 'partner' AND owner_id = @partner AND account = 'payable' AND unit = @unit", owner) ?? 0;
        var purchases = Purchases(session, postings);
        var ofCommissions = postings.Where(posting => posting.CommissionId is { } id && purchases.ContainsKey(id)).GroupBy(posting => posting.CommissionId!.Value);
        return new StatementResponse(
            EntityId.Format(EntityId.Partner, partner),
            session.First<string>("SELECT name FROM partners WHERE id = @partner", owner)!,
            EntityId.Format(EntityId.Program, program),
            Units.CurrencyOf(unit)!,
            Units.IsTest(unit),
            EntityId.Format(EntityId.Payout, payout),
            from,
            to,
            closing - postings.Sum(OwedBy),
            postings.Sum(PaidBy),
            closing,
            [
                .. ofCommissions.Select(some => (Purchase: purchases[some.Key], Postings: some)).GroupBy(one => one.Purchase.CustomerId).Select(customer => new StatementCustomer(
                    EntityId.Format(EntityId.Customer, customer.Key), customer.First().Purchase.ExternalId, [.. customer.Select(one => ToPurchase(one.Purchase, one.Postings))])),
            ],
            [.. postings.Where(posting => posting.CommissionId is not { } id || !purchases.ContainsKey(id)).Select(ToPosting)]);
    }

    private static Dictionary<long, PurchaseRow> Purchases(Session session, IEnumerable<PostingRow> postings) => postings
        .Select(posting => posting.CommissionId).OfType<long>().Distinct().Chunk(AtOnce)
        .SelectMany(some => session.Query<PurchaseRow>(
            $"""
            SELECT c.id, c.customer_id, u.external_id, c.type, c.occurred_at, s.invoice_id, c.sold, c.refunded, s.currency, c.earnings, c.note
            FROM commissions c JOIN customers u ON u.id = c.customer_id LEFT JOIN conversions s ON s.id = c.conversion_id WHERE {session.In("c.id", "some")}
            """,
            new { some }))
        .ToDictionary(row => row.Id);

    private static StatementPurchase ToPurchase(PurchaseRow row, IEnumerable<PostingRow> postings) => new(
        EntityId.Format(EntityId.Commission, row.Id), row.Type, Fields.Time(row.OccurredAt), row.InvoiceId, row.Sold, row.Refunded, row.Sold - row.Refunded, row.Currency, row.Earnings,
        row.Note, [.. postings.Select(ToPosting)]);

    private static StatementPosting ToPosting(PostingRow row) =>
        new(row.Position, Fields.Time(row.PostedAt), row.Kind, row.Amount, row.Debit, row.Credit, OwedBy(row), row.Cause);

    private static long OwedBy(PostingRow row) => row.Credit == Accounts.Payable ? row.Amount : row.Debit == Accounts.Payable ? -row.Amount : 0;

    private static long PaidBy(PostingRow row) => row.Credit == Accounts.Paid ? row.Amount : row.Debit == Accounts.Paid ? -row.Amount : 0;

    private sealed class PurchaseRow
    {
        public long Id { get; set; }

        public long CustomerId { get; set; }

        public string ExternalId { get; set; } = "";

        public string Type { get; set; } = "";

        public long OccurredAt { get; set; }

        public string? InvoiceId { get; set; }

        public long Sold { get; set; }

        public long Refunded { get; set; }

        public string? Currency { get; set; }

        public long Earnings { get; set; }

        public string? Note { get; set; }
    }
}
