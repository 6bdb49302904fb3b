using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.ServiceDefaults;

/// <summary>
/// <c>GET /healthz</c>: the process answers. <c>GET /readyz</c>: it can do its work; 503 with the reason of each failing check if
/// not. Only a check that has the tag <see cref="ReadyTag"/> can fail it; what else is wrong is told as degraded.
/// </summary>
public static class HealthApi
{
    public const string ReadyTag = "ready";

    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        var checks = routes.ServiceProvider.GetRequiredService<HealthCheckService>();
        routes.MapGet("/healthz", context => Write(context, StatusCodes.Status200OK, "ok"));
        routes.MapGet("/readyz", context => WriteReadiness(context, checks));
        return routes;
    }

    private static async Task WriteReadiness(HttpContext context, HealthCheckService checks)
    {
        var report = await checks.CheckHealthAsync(context.RequestAborted);
        var wrong = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).ToLookup(entry => IsFailing(entry.Value));
        var (failing, degraded) = (Texts(wrong[true]), Texts(wrong[false]));
        var isReady = failing.Count == 0;

        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsJsonAsync(new { ready = isReady, failing, degraded }, context.RequestAborted);
    }

    private static bool IsFailing(HealthReportEntry entry) => entry.Status == HealthStatus.Unhealthy && entry.Tags.Contains(ReadyTag);

    private static SortedDictionary<string, string> Texts(IEnumerable<KeyValuePair<string, HealthReportEntry>> entries) =>
        new(entries.ToDictionary(entry => entry.Key, entry => Explain(entry.Value)), StringComparer.Ordinal);

    // A check that threw is described by its exception's text, which may hold what must not leave the process.
    private static string Explain(HealthReportEntry entry) =>
        entry.Description is null || entry.Description == entry.Exception?.Message ? "failed: see the log" : entry.Description;

    private static Task Write(HttpContext context, int status, string text)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
