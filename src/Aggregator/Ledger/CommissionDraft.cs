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

/// <summary>
/// A commission that a person makes, as its row:
/// <code>
///   1  whose, in which program, and when it was earned
///   2  how much   of custom what the request says; else by the partner's rule for such an event
///   3  what for   a customer, a link and a sale that must be known, or must not be rewarded yet
/// </code>
/// </summary>
internal sealed class CommissionDraft(Session session, ProgramStore programs, CommissionRequest request, DateTimeOffset now)
{
    private const int MaxMetadata = 10_000;
    private const int MaxYearsBack = 5;

    /// <exception cref="ApiError">The request is wrong, or what it would reward is rewarded already.</exception>
    public CommissionRow ToRow(long id)
    {
        // :: 1
        var type = Fields.OneOf(Fields.Required(request.Type, "type", 20), "type", "custom", "lead", "sale");
        var nowMs = now.ToUnixTimeMilliseconds();
        var partner = PartnerStore.Get(session, request.PartnerId, null);
        var program = programs.Named(session, request.ProgramId);
        var at = Fields.Time(request.Date, "date") ?? nowMs;
        Fields.Between(at, "date", now.AddYears(-MaxYearsBack).ToUnixTimeMilliseconds(), nowMs);

        // :: 2
        var (basis, earnings) = type == "custom" ? (0, Amount()) : ByRule(program, partner.Id, type, at);

        // :: 3
        var sale = type == "sale" ? request.Sale : null;
        var invoice = Fields.Text(sale?.InvoiceId, "sale.invoiceId", 255);
        var row = new CommissionRow
        {
            Id = id,
            ProgramId = program.Id,
            RuleVersion = program.At(at).Number,
            Type = type,
            Unit = Units.OfCurrency(program.Currency, program.IsTest),
            PartnerId = partner.Id,
            CustomerId = type == "custom" ? null : Customer(program.IsTest),
            InvoiceId = invoice,
            EventName = Fields.Text(sale?.EventName, "sale.eventName", 255),
            Metadata = Metadata(sale?.Metadata),
            LinkId = Link(),
            OrderKey = BusinessKey.Sale(program.IsTest, invoice) ?? "",
            Basis = basis,
            Due = earnings,
            Granted = earnings,
            IsChecked = true,
            IsTest = program.IsTest,
            OccurredAt = at,
            AvailableAt = nowMs,
            ApprovedAt = nowMs,
            Note = Fields.Text(request.Description, "description", 1_000),
            CreatedAt = nowMs,
        };
        RefuseTold(row);
        RefuseSecondLead(row);
        return row;
    }

    private long Amount() => request.Amount is { } amount and not 0
        ? Fields.Between(amount, "amount", -Amounts.Max, Amounts.Max)
        : throw ApiError.Unprocessable("amount: is needed, and not 0.");

    // By the first of the partner's rewards for such an event, without its caps, which a person may go beyond.
    private (long Basis, long Earnings) ByRule(ReferralProgram program, long partner, string type, long atMs)
    {
        var rules = program.At(atMs).Rules;
        var group = rules.Group(Memberships.Load(session, [partner]).GroupOf(program.Id, partner, atMs));
        var rule = rules.RewardsOf(group).FirstOrDefault(rule => rule.Event == type && rule.Side == Due.Referrer && rule.Kind is "percentage" or "flat")
            ?? throw ApiError.Unprocessable($"type: the partner gets nothing for a {type} in this program; send custom with an amount.");
        if (type == "lead")
        {
            return (0, rule.Amount);
        }

        if (request.Sale is not { Amount: { } amount } sale || Currencies.Check(sale.Currency ?? program.Currency) != program.Currency)
        {
            throw ApiError.Unprocessable($"sale: needs its amount, in the program's currency {program.Currency}.");
        }

        var basis = Fields.Between(amount, "sale.amount", 1, Amounts.Max);
        return (basis, RewardAmount.Of(new Claim(rule with { Tiers = null }, partner, atMs, "", basis, 1, Shares.Whole), default, default));
    }

    // A shop's id stands for a customer of its tests, too: that of the program's kind is meant.
    private long Customer(bool isTest)
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

    private static string? Metadata(JsonElement? metadata) => metadata switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Object } given when given.GetRawText() is { Length: <= MaxMetadata } text => text,
        _ => throw ApiError.Unprocessable($"sale.metadata: must be an object of at most {MaxMetadata} characters."),
    };

    private long? Link()
    {
        if (string.IsNullOrEmpty(request.LinkId))
        {
            return null;
        }

        EntityId.TryParse(EntityId.Link, request.LinkId, out var id);
        return session.First<long?>("SELECT id FROM links WHERE id = @id", new { id }) ?? throw ApiError.NotFound($"linkId: there is no link {request.LinkId}.");
    }

    // Whatever was told of a sale is rewarded by its rules already.
    private void RefuseTold(CommissionRow row)
    {
        if (row.OrderKey.Length > 0
            && (session.First<long?>("SELECT id FROM conversions WHERE business_key = @OrderKey", row)
                ?? session.First<long?>("SELECT id FROM commissions WHERE program_id = @ProgramId AND partner_id = @PartnerId AND reward_id = '' AND order_key = @OrderKey", row)) is not null)
        {
            throw ApiError.Conflict("sale.invoiceId: this sale is known already.");
        }
    }

    // A lead is rewarded once for each partner and customer, whoever tells it.
    private void RefuseSecondLead(CommissionRow row)
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
}
