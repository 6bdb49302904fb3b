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
            throw ApiError.Conflict("The fraud rules look at this reward once more. Try again in a few seconds.");
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
        return
        [
            .. from row in rows
               let rule = all.RuleOf(row.ProgramId, row.RuleVersion, row.PartnerGroup, row.RewardId)
               let customer = row.CustomerId is { } id ? customers.GetValueOrDefault(id) : null
               select RewardResponse.Of(row, rule, customer, amounts[row.Id].ToGive, amounts[row.Id].Given),
        ];
    }
}
