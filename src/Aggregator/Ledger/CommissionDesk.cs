using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What people do with commissions.</summary>
internal sealed class CommissionDesk(LedgerBooks ledger, ProgramStore programs, EntityId ids, TimeProvider clock)
{
    private const string Person = "api";
    private const int MaxMetadata = 10_000;
    private const int MaxYearsBack = 5;

    /// <summary>Makes a commission that follows from no fact. It does not wait for refunds, and nobody has to look at it again.</summary>
    public long Create(Session session, CommissionRequest request)
    {
        var type = Fields.OneOf(Fields.Required(request.Type, "type", 20), "type", "custom", "lead", "sale");
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var partner = PartnerStore.Get(session, request.PartnerId, null);
        var program = programs.Named(session, request.ProgramId);
        var at = Fields.Time(request.Date, "date") ?? now;
        Fields.Between(at, "date", clock.GetUtcNow().AddYears(-MaxYearsBack).ToUnixTimeMilliseconds(), now);
        var (basis, earnings) = type == "custom" ? (0, AmountOf(request)) : ByRule(session, program, partner.Id, type, request.Sale, at);
        var row = new CommissionRow
        {
            Id = ids.Next(),
            ProgramId = program.Id,
            RuleVersion = program.At(at).Number,
            Type = type,
            Unit = Units.OfCurrency(program.Currency, program.IsTest),
            PartnerId = partner.Id,
            CustomerId = type == "custom" ? null : CustomerOf(session, request, program.IsTest),
            InvoiceId = type == "sale" ? Fields.Text(request.Sale!.InvoiceId, "sale.invoiceId", 255) : null,
            EventName = type == "sale" ? Fields.Text(request.Sale!.EventName, "sale.eventName", 255) : null,
            Metadata = type == "sale" ? MetadataOf(request.Sale!.Metadata) : null,
            LinkId = LinkOf(session, request.LinkId),
            OrderKey = type == "sale" ? BusinessKey.Sale(program.IsTest, Fields.Text(request.Sale!.InvoiceId, "sale.invoiceId", 255)) ?? "" : "",
            Basis = basis,
            Due = earnings,
            Granted = earnings,
            IsChecked = true,
            IsTest = program.IsTest,
            OccurredAt = at,
            AvailableAt = now,
            ApprovedAt = now,
            Note = Fields.Text(request.Description, "description", 1_000),
            CreatedAt = now,
        };
        RefuseTold(session, row);
        RefuseSecondLead(session, row);
        var books = ledger.Open(session);
        books.Add(row, Person, now);
        books.Save();
        return row.Id;
    }

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
            { ModifySaleAmount: not null } or { ModifyAmount: not null } => OfSale(books, row, checked(SaleOf(row) + Bounded(update.ModifySaleAmount ?? update.ModifyAmount, "modifySaleAmount", -Amounts.Max))),
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

    private static long AmountOf(CommissionRequest request) => request.Amount is { } amount and not 0
        ? Fields.Between(amount, "amount", -Amounts.Max, Amounts.Max)
        : throw ApiError.Unprocessable("amount: is needed, and not 0.");

    // By the first of the partner's rewards for such an event, without its caps, which a person may go beyond.
    private static (long Basis, long Earnings) ByRule(Session session, ReferralProgram program, long partner, string type, CommissionSale? sale, long atMs)
    {
        var rules = program.At(atMs).Rules;
        var group = rules.Group(Memberships.Load(session, [partner]).GroupOf(program.Id, partner, atMs));
        var rule = rules.RewardsOf(group).FirstOrDefault(rule => rule.Event == type && rule.Side == Due.Referrer && rule.Kind is "percentage" or "flat")
            ?? throw ApiError.Unprocessable($"type: the partner gets nothing for a {type} in this program; send custom with an amount.");
        if (type == "lead")
        {
            return (0, rule.Amount);
        }

        if (sale?.Amount is not { } amount || Currencies.Check(sale.Currency ?? program.Currency) != program.Currency)
        {
            throw ApiError.Unprocessable($"sale: needs its amount, in the program's currency {program.Currency}.");
        }

        var basis = Fields.Between(amount, "sale.amount", 1, Amounts.Max);
        return (basis, RewardAmount.Of(new Claim(rule with { Tiers = null }, partner, atMs, "", basis, 1, Shares.Whole), default, default));
    }

    // A shop's id stands for a customer of its tests, too: that of the program's kind is meant.
    private static long CustomerOf(Session session, CommissionRequest request, bool isTest)
    {
        var isNamed = string.IsNullOrEmpty(request.CustomerId) && request.Customer?.ExternalId is { Length: > 0 };
        var (field, sent) = isNamed ? ("customer.externalId", request.Customer!.ExternalId) : ("customerId", request.CustomerId);
        var external = Fields.Plain(isNamed ? sent : sent is ['e', 'x', 't', '_', .. var rest] ? rest : null, field);
        EntityId.TryParse(EntityId.Customer, isNamed ? null : sent, out var id);
        var found = session.Query<CustomerRow>(
            "SELECT id, is_test FROM customers WHERE id = @id OR external_id IN (@external, @tried)",
            new { id, external, tried = external is null ? null : IntakeBatch.StoredId(isTest: true, external) });
        return found.Count == 0
            ? throw ApiError.NotFound($"{field}: there is no customer {sent}.")
            : found.FirstOrDefault(row => row.IsTest == isTest)?.Id
                ?? throw ApiError.Unprocessable($"{field}: this customer is {(isTest ? "no test, and the program is" : "a test, and the program is not")}; choose a program of its kind.");
    }

    private static string? MetadataOf(JsonElement? metadata) => metadata switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Object } given when given.GetRawText() is { Length: <= MaxMetadata } text => text,
        _ => throw ApiError.Unprocessable($"sale.metadata: must be an object of at most {MaxMetadata} characters."),
    };

    private static long? LinkOf(Session session, string? linkId)
    {
        if (string.IsNullOrEmpty(linkId))
        {
            return null;
        }

        EntityId.TryParse(EntityId.Link, linkId, out var id);
        return session.First<long?>("SELECT id FROM links WHERE id = @id", new { id }) ?? throw ApiError.NotFound($"linkId: there is no link {linkId}.");
    }

    // Whatever was told of a sale is rewarded by its rules already.
    private static void RefuseTold(Session session, CommissionRow row)
    {
        if (row.OrderKey.Length > 0
            && (session.First<long?>("SELECT id FROM conversions WHERE business_key = @OrderKey", row)
                ?? session.First<long?>("SELECT id FROM commissions WHERE program_id = @ProgramId AND partner_id = @PartnerId AND reward_id = '' AND order_key = @OrderKey", row)) is not null)
        {
            throw ApiError.Conflict("sale.invoiceId: this sale is known already.");
        }
    }

    // A lead is rewarded once for each partner and customer, whoever tells it.
    private static void RefuseSecondLead(Session session, CommissionRow row)
    {
        if (row.Type == "lead" && session.First<long?>(
            """
            SELECT id FROM commissions
            WHERE customer_id = @CustomerId AND program_id = @ProgramId AND partner_id = @PartnerId AND type = 'lead' AND side = 'referrer' AND outcome IS NULL
            """,
            row) is not null)
        {
            throw ApiError.Conflict("customerId: the partner has its reward for this lead already.");
        }
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
