using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Payouts and statements.</summary>
internal sealed class PayoutsApi(Database database, IdempotentCalls calls, PayoutStore store, StatementStore statements, ProgramStore programs)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<PayoutsApi>(services);
        var group = routes.MapGroup("/payouts").WithTags("Payouts");
        group.MapGet("", api.List).WithName("listPayouts");
        group.MapPost("", api.CreateAsync).WithName("createPayouts").Produces<PayoutBatchResponse>(StatusCodes.Status201Created);
        group.MapPost("/{id}/confirm", api.ConfirmAsync).WithName("confirmPayout");
        group.MapPost("/{id}/fail", api.FailAsync).WithName("failPayout");
        group.MapGet("/batches/{id}", api.Batch).WithName("getPayoutBatch");
        group.MapGet("/batches/{id}/export", api.Export).WithName("exportPayoutBatch").Produces<string>(StatusCodes.Status200OK, "text/csv");
        routes.MapGet("/partners/{id}/statement", api.Statement).WithTags("Payouts").WithName("getStatement").Produces<StatementResponse>();
    }

    private IReadOnlyList<PayoutResponse> List([AsParameters] PayoutFilter filter) => database.Read(filter.Read);

    private Task<IResult> CreateAsync(Body<PayoutRequest> body, HttpContext context)
    {
        var partners = body.Value.Partners();
        return calls.RunAsync(context, body.Bytes, StatusCodes.Status201Created, session =>
        {
            var program = programs.Named(session, body.Value.ProgramId);
            var (batch, remaining) = store.CreateBatch(session, program.Id, UnitOf(program, body.Value.Unit, "unit"), partners);
            return PayoutPresenter.Batch(session, batch) with { Remaining = remaining };
        });
    }

    private Task<PayoutResponse> ConfirmAsync(string id, Body<PayoutOutcome> body, CancellationToken cancellation)
    {
        var (payout, reference) = (PayoutOf(id), Fields.Required(body.Value.Reference, "reference", 200));
        return database.WriteAsync(
            session =>
            {
                store.Confirm(session, payout, reference);
                return PayoutPresenter.Get(session, payout);
            },
            cancellation);
    }

    private Task<PayoutResponse> FailAsync(string id, Body<PayoutOutcome> body, CancellationToken cancellation)
    {
        var (payout, reason) = (PayoutOf(id), Fields.Required(body.Value.Reason, "reason", 200));
        return database.WriteAsync(
            session =>
            {
                store.Fail(session, payout, reason);
                return PayoutPresenter.Get(session, payout);
            },
            cancellation);
    }

    private PayoutBatchResponse Batch(string id) => database.Read(session => PayoutPresenter.Batch(session, BatchOf(id)));

    private IResult Export(string id) => Results.Bytes(PayoutCsv.Of(Batch(id)), "text/csv; charset=utf-8");

    private IResult Statement(string id, string? currency, string? programId, string? payoutId) => database.Read(session =>
    {
        var partner = PartnerStore.Get(session, id, null);
        if (!string.IsNullOrEmpty(payoutId))
        {
            var payout = PayoutStore.Get(session, PayoutOf(payoutId));
            return payout.PartnerId == partner.Id
                ? Results.Text(StatementStore.Kept(session, payout.Id), "application/json", System.Text.Encoding.UTF8)
                : throw ApiError.NotFound($"payoutId: {payoutId} is not a payout of this partner.");
        }

        var program = programs.Named(session, string.IsNullOrEmpty(programId) ? programs.IdOf(session, partner.Id) : programId);
        return Results.Json(statements.Current(session, partner.Id, program.Id, UnitOf(program, currency, "currency")), ApiJson.Options);
    });

    // All money of a program is in its currency.
    private static string UnitOf(ReferralProgram program, string? currency, string field) =>
        Units.OfCurrency(string.IsNullOrEmpty(currency) ? program.Currency : RefuseOther(program, Money.Currencies.Check(currency), field), program.IsTest);

    private static string RefuseOther(ReferralProgram program, string currency, string field) => currency == program.Currency
        ? currency
        : throw ApiError.Unprocessable($"{field}: this program's rewards are in {program.Currency}.");

    private static long PayoutOf(string id) => EntityId.TryParse(EntityId.Payout, id, out var number) ? number : throw ApiError.NotFound($"There is no payout {id}.");

    private static long BatchOf(string id) => EntityId.TryParse(EntityId.PayoutBatch, id, out var number) ? number : throw ApiError.NotFound($"There is no payout batch {id}.");
}
