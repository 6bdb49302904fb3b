using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions.Lists;

/// <summary>Everything that shops told, credited or not: where to look for what an invoice has become.</summary>
internal sealed class ToldApi(Database database, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ToldApi>(services);
        routes.MapGet("/conversions", api.Conversions).WithTags("Conversions").WithName("listConversions");
        routes.MapGet("/refunds", api.Refunds).WithTags("Conversions").WithName("listRefunds");
    }

    private IReadOnlyList<ConversionResponse> Conversions([AsParameters] ConversionFilter filter) => database.Read(session => filter.Read(session, clock.GetUtcNow()));

    private IReadOnlyList<RefundResponse> Refunds([AsParameters] RefundFilter filter) => database.Read(filter.Read);
}
