using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What people do with commissions.</summary>
internal sealed class CommissionDesk(LedgerBooks ledger, ProgramStore programs, EntityId ids, TimeProvider clock)
{
    private const string Person = "api";

    /// <summary>Makes a commission that follows from no fact. It does not wait for refunds, and nobody has to look at it again.</summary>
    /// <exception cref="ApiError">The request is wrong, or what it would reward is rewarded already: then nothing is made.</exception>
    public long Create(Session session, CommissionRequest request)
    {
        var now = clock.GetUtcNow();
        var row = new CommissionDraft(session, programs, request, now).ToRow(ids.Next());
        var books = ledger.Open(session);
        books.Add(row, Person, now.ToUnixTimeMilliseconds());
        books.Save();
        return row.Id;
    }

    /// <summary>Changes a commission, which from then on does not follow from the facts alone.</summary>
    /// <exception cref="ApiError">404 when there is none; 422 when it cannot be changed so.</exception>
    public void Update(Session session, long id, CommissionUpdate update)
    {
        var books = ledger.Open(session);
        var row = books.Find([id]).SingleOrDefault(IsCommission) ?? throw NoCommission(id);
        if (update.Currency is { } currency && Currencies.Check(currency) != Units.CurrencyOf(row.Unit))
        {
            throw ApiError.Unprocessable($"currency: this commission is in {Units.CurrencyOf(row.Unit)}; give amounts in that.");
        }

        var decided = update switch
        {
            { Status: { } status } => DecidedOf(status),
            { Earnings: { } earnings } => Decided.OfEarnings(Fields.Between(earnings, "earnings", -Amounts.Max, Amounts.Max)),
            { ModifySaleAmount: not null } or { ModifyAmount: not null } =>
                OfSale(books, row, checked(SaleOf(row) + Bounded(update.ModifySaleAmount ?? update.ModifyAmount, "modifySaleAmount", -Amounts.Max))),
            { SaleAmount: not null } or { Amount: not null } => OfSale(books, row, Bounded(update.SaleAmount ?? update.Amount, "saleAmount", 0)),
            _ => row.Decided,
        };
        books.Decide(row, decided, Person, clock.GetUtcNow().ToUnixTimeMilliseconds());
        books.Save();
    }

    /// <exception cref="ApiError">404 when one of them is not there: then none is changed.</exception>
    public void Update(Session session, long[] commissions, string status) => ForEach(
        session, commissions, (books, row, now) => books.Decide(IsCommission(row) ? row : throw NoCommission(row.Id), DecidedOf(status), Person, now));

    /// <exception cref="ApiError">404 when one of them is not there: then none is approved.</exception>
    public void Approve(Session session, long[] commissions) => ForEach(session, commissions, (books, row, now) => books.Approve(row, now));

    private void ForEach(Session session, long[] commissions, Action<Books, CommissionRow, long> act)
    {
        var books = ledger.Open(session);
        var rows = books.Find(commissions).ToDictionary(row => row.Id);
        foreach (var id in commissions)
        {
            act(books, rows.GetValueOrDefault(id) ?? throw NoCommission(id), clock.GetUtcNow().ToUnixTimeMilliseconds());
        }

        books.Save();
    }

    private static string? DecidedOf(string status) =>
        Fields.OneOf(status, "status", "pending", Outcomes.Refunded, Outcomes.Duplicate, Outcomes.Canceled, Outcomes.Fraud) is var known && known == "pending" ? null : known;

    private static long Bounded(long? amount, string field, long least) => Fields.Between(amount!.Value, field, least, Amounts.Max);

    private static string OfSale(Books books, CommissionRow row, long amount)
    {
        if (row.Type != "sale" || row.Basis == 0)
        {
            throw ApiError.Unprocessable("saleAmount: this commission is for no sale; change its earnings.");
        }

        // A fixed reward is the same for every amount.
        return Decided.OfSale(Fields.Between(amount, "saleAmount", 0, Amounts.Max), books.IsProportional(row));
    }

    // As it is by now: changes add up.
    private static long SaleOf(CommissionRow row) => row.Decided is { } decided && Decided.SaleOf(decided) is { } sale ? sale : row.Basis;

    // What friends get, and what the shop gives, is in no list of commissions.
    private static bool IsCommission(CommissionRow row) => row.Side == Due.Referrer && Units.IsMoney(row.Unit);

    private static ApiError NoCommission(long id) => ApiError.NotFound($"There is no commission {EntityId.Format(EntityId.Commission, id)}.");
}
