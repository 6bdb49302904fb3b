using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Where shops tell of leads and sales.</summary>
internal sealed class TrackApi(Database database, Tracker tracker, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<TrackApi>(services);
        var group = routes.MapGroup("/track").WithTags("Track");
        group.MapPost("/lead", api.LeadAsync).WithName("trackLead").Produces<LeadAnswer>();
        group.MapPost("/sale", api.SaleAsync).WithName("trackSale").Produces<SaleAnswer>();
    }

    private Task<IResult> LeadAsync(Body<LeadRequest> body, CancellationToken cancellation) =>
        AnswerAsync(session => tracker.Lead(session, body.Value, Now()), cancellation);

    private Task<IResult> SaleAsync(Body<SaleRequest> body, CancellationToken cancellation) =>
        AnswerAsync(session => tracker.Sale(session, body.Value, Now()), cancellation);

    // The answer is the stored text itself, so that a repeat gets the same bytes.
    private async Task<IResult> AnswerAsync(Func<Session, string> work, CancellationToken cancellation) =>
        Results.Text(await database.WriteAsync(work, cancellation), "application/json");

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
