namespace LinkTracker.Aggregator.Value;

internal static class ValueExtensions
{
    /// <summary>Needs storage, counting, programs and partners.</summary>
    public static void MapValue(this IEndpointRouteBuilder routes)
    {
        ReportsApi.Map(routes, routes.ServiceProvider);
        ReferredApi.Map(routes, routes.ServiceProvider);
    }
}
