using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.ServiceDefaults;

/// <summary><c>GET /stats</c>: a JSON object with the figures of every <see cref="IStatsSection"/> under its name.</summary>
public static class StatsApi
{
    public static IEndpointRouteBuilder MapStats(this IEndpointRouteBuilder routes)
    {
        // In order of name, so that two readings compare line by line. A name given twice stops the start here.
        var sections = new SortedDictionary<string, IStatsSection>(
            routes.ServiceProvider.GetServices<IStatsSection>().ToDictionary(section => section.Name), StringComparer.Ordinal);
        routes.MapGet("/stats", context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsJsonAsync(
                sections.ToDictionary(section => section.Key, section => section.Value.Read()), context.RequestAborted);
        });
        return routes;
    }
}
