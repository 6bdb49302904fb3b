using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace LinkTracker.ServiceDefaults.Tests;

/// <summary>A real server on a free port with the service defaults and whatever a test adds.</summary>
internal sealed class RunningService(WebApplication app) : IAsyncDisposable
{
    public HttpClient Client { get; } = new() { BaseAddress = new Uri(app.Urls.Single()) };

    public static async Task<RunningService> StartAsync(Action<WebApplicationBuilder> add, Action<WebApplication> map, params string[] args)
    {
        var builder = ServiceHost.CreateBuilder(args);
        builder.AddServiceDefaults(new Settings());
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        add(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new RunningService(app);
    }

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
