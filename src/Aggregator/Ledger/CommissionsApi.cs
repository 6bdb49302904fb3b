using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Commissions: money that referrers earn.</summary>
internal sealed class CommissionsApi(Database database, IdempotentCalls calls, CommissionDesk desk, CommissionPresenter presenter, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<CommissionsApi>(services);
        var group = routes.MapGroup("/commissions").WithTags("Commissions");
        group.MapGet("", api.List).WithName("listCommissions");
        group.MapPost("", api.CreateAsync).WithName("createCommission").Produces<CommissionMade>(StatusCodes.Status202Accepted);
        group.MapPatch("/bulk", api.UpdateManyAsync).WithName("bulkUpdateCommissions").Produces<IReadOnlyList<CommissionChanged>>();
        group.MapPost("/approve", api.ApproveAsync).WithName("approveCommissions").Produces<IReadOnlyList<CommissionChanged>>();
        group.MapPatch("/{id}", api.UpdateAsync).WithName("updateCommission").Produces<CommissionResponse>();
    }

    private IReadOnlyList<CommissionResponse> List([AsParameters] CommissionFilter filter) => database.Read(session =>
    {
        var page = filter.ToPage();
        var (where, arguments) = filter.Where(session, clock.GetUtcNow());
        arguments.AddDynamicParams(page);
        return presenter.Present(session, page.Arrange(CommissionPresenter.Query(session, where + page.Condition("c.id"), filter.Order(page), arguments)));
    });

    private Task<IResult> CreateAsync(Body<CommissionRequest> body, HttpContext context) => calls.RunAsync(context, body.Bytes, StatusCodes.Status202Accepted, session =>
        new CommissionMade(true, "The commission was made.", EntityId.Format(EntityId.Commission, desk.Create(session, body.Value))));

    private Task<IResult> UpdateAsync(string id, Body<CommissionUpdate> body, HttpContext context)
    {
        var commission = EntityId.TryParse(EntityId.Commission, id, out var number) ? number : throw ApiError.NotFound($"There is no commission {id}.");
        return calls.RunAsync(context, body.Bytes, StatusCodes.Status200OK, session =>
        {
            desk.Update(session, commission, body.Value);
            return presenter.Get(session, commission);
        });
    }

    private Task<IResult> UpdateManyAsync(Body<CommissionsUpdate> body, HttpContext context)
    {
        var (ids, status) = (body.Value.Ids(), Fields.Required(body.Value.Status, "status", 20));
        return calls.RunAsync(context, body.Bytes, StatusCodes.Status200OK, session =>
        {
            desk.Update(session, ids, status);
            return Changed(session, ids);
        });
    }

    private Task<IResult> ApproveAsync(Body<CommissionsUpdate> body, HttpContext context)
    {
        var ids = body.Value.Ids();
        return calls.RunAsync(context, body.Bytes, StatusCodes.Status200OK, session =>
        {
            desk.Approve(session, ids);
            return Changed(session, ids);
        });
    }

    private static IReadOnlyList<CommissionChanged> Changed(Session session, long[] ids) =>
    [
        .. CommissionPresenter.Query(session, session.In("c.id", "ids"), " ORDER BY c.id", new Dapper.DynamicParameters(new { ids }))
            .Select(row => new CommissionChanged(EntityId.Format(EntityId.Commission, row.Id), row.Status)),
    ];
}
