using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Where shops tell what their customers do. The answer is the stored text itself, so that a repeat gets the same bytes.</summary>
internal sealed class TrackApi(IntakeQueue queue)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<TrackApi>(services);

        // Who waits in the queue keeps no thread, so the limit of those who do is not theirs: more at once are faster.
        var group = routes.MapGroup("/track").WithTags("Track").DisableRateLimiting();
        group.MapPost("/lead", api.AskAsync<LeadRequest>).WithName("trackLead").Produces<LeadAnswer>();
        group.MapPost("/sale", api.AskAsync<SaleRequest>).WithName("trackSale").Produces<SaleAnswer>();
        group.MapPost("/event", api.AskAsync<EventRequest>).WithName("trackEvent").Produces<EventAnswer>();
        group.MapPost("/refund", api.AskAsync<RefundRequest>).WithName("trackRefund").Produces<RefundAnswer>();
        group.MapPost("/cancellation", api.AskAsync<CancellationRequest>).WithName("trackCancellation").Produces<CancellationAnswer>();
    }

    private async Task<IResult> AskAsync<T>(Body<T> body, HttpContext context)
        where T : IntakeRequest
    {
        body.Value.Check();
        return await queue.AskAsync(new IntakeCall(body.Value, IdempotencyKey.Of(context, body.Bytes)), context.RequestAborted);
    }
}
