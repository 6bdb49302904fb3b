using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Load;

/// <summary>What an ASP.NET Core service costs that looks a key up in a dictionary, redirects, and does nothing else.</summary>
internal static class BareKestrel
{
    public static Task RunAsync(int links, int port)
    {
        var targets = Enumerable.Range(0, links).Select(Workload.KeyOf).ToDictionary(key => key, Workload.TargetOf, StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var app = builder.Build();
        app.MapGet("/{key}", context =>
        {
            if (targets.TryGetValue((string)context.GetRouteValue("key")!, out var target))
            {
                context.Response.StatusCode = StatusCodes.Status302Found;
                context.Response.Headers.Location = target;
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }

            context.Response.ContentLength = 0;
            return Task.CompletedTask;
        });
        return app.RunAsync();
    }
}
