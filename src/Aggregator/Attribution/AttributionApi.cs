using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Where clients ask why credit went where it went, and where it would go under other rules.</summary>
internal sealed class AttributionApi(Database database, Explainer explainer, Simulator simulator)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<AttributionApi>(services);
        routes.MapGet("/conversions/{id}/explanation", api.Explain).WithTags("Conversions").WithName("explainConversion").Produces<ExplanationAnswer>();
        routes.MapPost("/programs/{id}/simulate", api.Simulate).WithTags("Programs").WithName("simulateProgram").Produces<SimulationAnswer>();
    }

    private ExplanationAnswer Explain(string id) => database.Read(session => explainer.Explain(session, id));

    private SimulationAnswer Simulate(string id, Body<SimulationRequest> body) => database.Read(session => simulator.Run(session, id, body.Value));
}
