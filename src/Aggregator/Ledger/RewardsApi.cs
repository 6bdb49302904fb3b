using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>What the shop gives itself: rewards of friends, and those of referrers that are no money.</summary>
internal sealed class RewardsApi(
    Database database, IdempotentCalls calls, LedgerBooks ledger, ProgramStore programs, CommissionPresenter presenter, WaitingSales waiting, TimeProvider clock)
{
    private const string Given = $"NOT ({CommissionFilter.Money})";

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<RewardsApi>(services);
        var group = routes.MapGroup("/rewards").WithTags("Rewards");
        group.MapGet("", api.List).WithName("listRewards");
        group.MapGet("/waiting", api.Waiting).WithName("listWaitingRewards");
        group.MapPost("/{id}/fulfil", api.FulfilAsync).WithName("fulfilReward").Produces<RewardResponse>();
    }

    private IReadOnlyList<RewardResponse> List([AsParameters] RewardFilter filter) => database.Read(session =>
    {
        var page = Page.Of(filter.Page, filter.PageSize, filter.StartingAfter, filter.EndingBefore, EntityId.Commission);
        var (where, arguments) = filter.Where();
        arguments.AddDynamicParams(page);
        return Present(session, page.Arrange(CommissionPresenter.Query(session, Given + where + page.Condition("c.id"), page.Order("c.id"), arguments)));
    });

    private IReadOnlyList<WaitingSale> Waiting([AsParameters] WaitingFilter filter) => database.Read(session => waiting.List(session, filter));

    /// <summary>The shop gave what was left of it. The same again changes nothing, as long as it is worth no more.</summary>
    private Task<IResult> FulfilAsync(string id, HttpContext context)
    {
        EntityId.TryParse(EntityId.Commission, id, out var number);
        return calls.RunAsync(context, ReadOnlyMemory<byte>.Empty, StatusCodes.Status200OK, session =>
        {
            var reward = Read(session, number) ?? throw ApiError.NotFound($"There is no reward {id}.");
            if (reward.State != Accounts.Paid)
            {
                Give(session, reward);
            }

            return Present(session, [Read(session, number)!])[0];
        });
    }

    private void Give(Session session, CommissionRead reward)
    {
        if (reward.Status != "pending" || reward.State != Accounts.Payable)
        {
            throw ApiError.Conflict($"The reward is {RewardResponse.StatusOf(reward)}; only what is payable can be fulfilled.");
        }

        var books = ledger.Open(session);
        var row = books.Find([reward.Id])[0];
        if (!row.IsChecked)
        {
            throw ApiError.Conflict("The fraud rules look at this reward once more, because something new was told of its customer. Try again in a few seconds.");
        }

        if (books.Fulfil(row, RewardDues.Payable(session, row), RewardDues.OverGiven(session, row), "api", clock.GetUtcNow().ToUnixTimeMilliseconds()) == 0)
        {
            throw ApiError.Conflict("There is nothing left to give: all of it is set off against what was given before and is not owed any more.");
        }

        books.Save();
    }

    private static CommissionRead? Read(Session session, long id) =>
        CommissionPresenter.Query(session, Given + " AND c.id = @id", "", new DynamicParameters(new { id })).SingleOrDefault();

    private IReadOnlyList<RewardResponse> Present(Session session, IReadOnlyList<CommissionRead> rows)
    {
        var customers = presenter.CustomersOf(session, rows);
        var amounts = RewardDues.Of(session, rows);
        var all = programs.Load(session);
        return [.. rows.Select(row => RewardResponse.Of(row, all.RuleOf(row.ProgramId, row.RuleVersion, row.PartnerGroup, row.RewardId), row.CustomerId is { } id ? customers.GetValueOrDefault(id) : null, amounts[row.Id].ToGive, amounts[row.Id].Given))];
    }
}

/// <summary>The query parameters that choose rewards.</summary>
internal sealed class RewardFilter
{
    /// <summary><c>referrer</c> or <c>friend</c>.</summary>
    public string? Side { get; set; }

    /// <summary><c>pending</c>, <c>hold</c>, <c>payable</c> or <c>fulfilled</c>.</summary>
    public string? Status { get; set; }

    public string? CustomerId { get; set; }

    public string? PartnerId { get; set; }

    public string? ProgramId { get; set; }

    public bool? TestMode { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    public (string Where, DynamicParameters Arguments) Where()
    {
        var arguments = new DynamicParameters(new { isTest = TestMode == true ? 1 : 0 });
        var where = " AND c.is_test = @isTest";
        Add("c.side = @side", "side", string.IsNullOrEmpty(Side) ? null : Fields.OneOf(Side, "side", "referrer", "friend"));
        Add("c.customer_id = @customer", "customer", EntityId.Filter(EntityId.Customer, CustomerId));
        Add("c.partner_id = @partner", "partner", EntityId.Filter(EntityId.Partner, PartnerId));
        Add("c.program_id = @program", "program", EntityId.Filter(EntityId.Program, ProgramId));
        if (!string.IsNullOrEmpty(Status))
        {
            var state = Fields.OneOf(Status, "status", "pending", "hold", "payable", "fulfilled") switch
            {
                "hold" => Accounts.Held,
                "fulfilled" => Accounts.Paid,
                var same => same,
            };
            Add("c.outcome IS NULL AND c.state = @state", "state", state);
        }

        return (where, arguments);

        void Add(string condition, string name, object? value)
        {
            if (value is not null)
            {
                where += " AND " + condition;
                arguments.Add(name, value);
            }
        }
    }
}
