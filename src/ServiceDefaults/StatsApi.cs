using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.ServiceDefaults;

/// <summary><c>GET /stats</c>: a JSON object with the figures of every <see cref="IStatsSection"/> under its name, those that can be read now.</summary>
public static class StatsApi
{
    // Instead of the figures of a section that cannot be read: the others are needed most then.
    private static readonly object Unavailable = new { unavailable = true };

    public static IEndpointRouteBuilder MapStats(this IEndpointRouteBuilder routes)
    {
        // In order of name, so that two readings compare line by line. A name given twice stops the start here.
        var sections = new SortedDictionary<string, IStatsSection>(
            routes.ServiceProvider.GetServices<IStatsSection>().ToDictionary(section => section.Name), StringComparer.Ordinal);
        routes.MapGet("/stats", context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsJsonAsync(
                sections.ToDictionary(section => section.Key, section => section.Value.Read() ?? Unavailable), context.RequestAborted);
        });
        return routes;
    }
}
