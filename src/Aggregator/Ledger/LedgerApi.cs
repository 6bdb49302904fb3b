using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>The ledger itself, to read.</summary>
internal sealed class LedgerApi(Database database)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<LedgerApi>(services);
        var group = routes.MapGroup("/ledger").WithTags("Ledger");
        group.MapGet("/balances", api.Balances).WithName("listBalances");
        group.MapGet("/postings", api.Postings).WithName("listPostings");
    }

    private IReadOnlyList<BalanceResponse> Balances([AsParameters] LedgerFilter filter) => database.Read<IReadOnlyList<BalanceResponse>>(session =>
    {
        var (where, arguments) = filter.Where();
        arguments.AddDynamicParams(Page.Of(filter.Page, filter.PageSize, null, null, EntityId.Partner));
        return
        [
            .. session.Query<BalanceRow>(
                $"""
                SELECT program_id, owner_kind, owner_id, account, unit, amount FROM balances
                WHERE {where} ORDER BY program_id, owner_kind, owner_id, unit, account LIMIT @Limit OFFSET @Offset
                """,
                arguments).Select(row => new BalanceResponse(
                    EntityId.Format(EntityId.Program, row.ProgramId), row.OwnerKind, LedgerFilter.OwnerId(row.OwnerKind, row.OwnerId), row.Account, row.Unit, row.Amount)),
        ];
    });

    private IReadOnlyList<PostingResponse> Postings([AsParameters] LedgerFilter filter, long? after) => database.Read<IReadOnlyList<PostingResponse>>(session =>
    {
        var (where, arguments) = filter.Where();
        arguments.AddDynamicParams(Page.Of(filter.Page, filter.PageSize, null, null, EntityId.Partner));
        arguments.Add("after", after ?? 0);
        return
        [
            .. session.Query<PostingRow>($"SELECT * FROM postings WHERE {where} AND position > @after ORDER BY position LIMIT @Limit OFFSET @Offset", arguments).Select(row => new PostingResponse(
                row.Position, row.Kind, EntityId.Format(EntityId.Program, row.ProgramId), row.OwnerKind, LedgerFilter.OwnerId(row.OwnerKind, row.OwnerId), row.Unit, row.Amount, row.Debit, row.Credit,
                EntityId.Format(EntityId.Commission, row.CommissionId), row.Cause, row.RuleVersion, Fields.Time(row.OccurredAt), Fields.Time(row.PostedAt))),
        ];
    });

    private sealed class BalanceRow
    {
        public long ProgramId { get; set; }

        public string OwnerKind { get; set; } = "";

        public long OwnerId { get; set; }

        public string Account { get; set; } = "";

        public string Unit { get; set; } = "";

        public long Amount { get; set; }
    }
}

/// <summary>The query parameters that choose balances and postings.</summary>
internal sealed class LedgerFilter
{
    public string? ProgramId { get; set; }

    public string? PartnerId { get; set; }

    /// <summary>A friend's.</summary>
    public string? CustomerId { get; set; }

    /// <summary>A currency, or what else amounts are in, such as <c>credit:eur</c>.</summary>
    public string? Unit { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public (string Where, DynamicParameters Arguments) Where()
    {
        var conditions = new Conditions("1 = 1", new { });
        conditions.Add("program_id = @program", "program", EntityId.Filter(EntityId.Program, ProgramId));
        conditions.Add("owner_kind = 'partner' AND owner_id = @partner", "partner", EntityId.Filter(EntityId.Partner, PartnerId));
        conditions.Add("owner_kind = 'customer' AND owner_id = @customer", "customer", EntityId.Filter(EntityId.Customer, CustomerId));
        conditions.Add("unit = @unit", "unit", string.IsNullOrEmpty(Unit) ? null : Fields.Plain(Unit, "unit"));
        return (conditions.Where, conditions.Arguments);
    }

    public static string OwnerId(string kind, long id) => EntityId.Format(
        kind switch { Owner.Partner => EntityId.Partner, Owner.Customer => EntityId.Customer, _ => EntityId.Program }, id);
}

/// <param name="OwnerKind"><c>partner</c>, <c>customer</c> for a friend, or <c>program</c> for its expense.</param>
/// <param name="Amount">More credited than debited.</param>
internal sealed record BalanceResponse(string ProgramId, string OwnerKind, string OwnerId, string Account, string Unit, long Amount);

/// <param name="Position">1, 2, 3, … in the order of commits; what <c>after</c> takes.</param>
internal sealed record PostingResponse(
    long Position, string Kind, string ProgramId, string OwnerKind, string OwnerId, string Unit, long Amount, string Debit, string Credit, string? CommissionId, string Cause,
    int? RuleVersion, string OccurredAt, string PostedAt);
