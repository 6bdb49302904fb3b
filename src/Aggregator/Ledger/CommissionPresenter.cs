using System.Text.Json.Nodes;
using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Turns commissions into what clients see.</summary>
internal sealed class CommissionPresenter(CustomerPresenter customers)
{
    /// <param name="order">With the part of the list that is wanted.</param>
    public static IReadOnlyList<CommissionRead> Query(Session session, string where, string order, DynamicParameters arguments) =>
        session.Query<CommissionRead>($"SELECT {CommissionRead.Columns} FROM {CommissionRead.From} WHERE {where}{order}", arguments);

    /// <exception cref="ApiError">404 when there is no such commission.</exception>
    public CommissionResponse Get(Session session, long id) =>
        Present(session, Query(session, "c.id = @id", "", new DynamicParameters(new { id })))[0];

    public IReadOnlyList<CommissionResponse> Present(Session session, IReadOnlyList<CommissionRead> rows)
    {
        var bought = CustomersOf(session, rows);
        return [.. rows.Select(row => Present(row, bought.GetValueOrDefault(row.CustomerId ?? 0)))];
    }

    public IReadOnlyDictionary<long, CustomerResponse> CustomersOf(Session session, IEnumerable<CommissionRead> rows)
    {
        var ids = rows.Select(row => row.CustomerId).OfType<long>().Distinct().ToArray();
        return ids.Length == 0
            ? new Dictionary<long, CustomerResponse>()
            : customers.Query(session, session.In("c.id", "ids"), new DynamicParameters(new { ids })).ToDictionary(row => row.Id, row => customers.Present(session, row, expanded: false));
    }

    public static CommissionPartner PartnerOf(CommissionRead row) => new(
        EntityId.Format(EntityId.Partner, row.PartnerId!.Value), row.PartnerName, row.PartnerEmail, row.PartnerImage, null, row.PartnerCountry, row.PartnerGroup);

    private static CommissionResponse Present(CommissionRead row, CustomerResponse? customer) => new()
    {
        Id = EntityId.Format(EntityId.Commission, row.Id),
        Type = row.Type,
        Amount = row.Decided is { } decided && Decided.SaleOf(decided) is { } sale ? sale : row.Basis,
        Earnings = row.Earnings,
        Currency = Units.CurrencyOf(row.Unit)!,
        Status = row.Status,
        InvoiceId = row.InvoiceId,
        EventName = row.EventName,
        Description = row.Note,
        Quantity = row.Quantity,
        UserId = null,
        Metadata = row.Metadata is { } metadata ? JsonNode.Parse(metadata) : null,
        CreatedAt = Fields.Time(row.CreatedAt),
        UpdatedAt = Fields.Time(row.UpdatedAt),
        PaidAt = Fields.Time(row.PaidAt),
        Partner = PartnerOf(row),
        Customer = customer,
        ProgramId = EntityId.Format(EntityId.Program, row.ProgramId),
        RewardId = row.RewardId.Length == 0 ? null : row.RewardId,
        RuleVersion = row.RuleVersion,
        LinkId = EntityId.Format(EntityId.Link, row.LinkId),
        PayoutId = EntityId.Format(EntityId.Payout, row.PayoutId),
        OccurredAt = Fields.Time(row.OccurredAt),
        AvailableAt = Fields.Time(row.AvailableAt),
        ApprovedAt = Fields.Time(row.ApprovedAt),
        Due = row.Due,
        Version = row.Version,
        TestMode = row.IsTest,
    };
}
