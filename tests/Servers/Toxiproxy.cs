using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;

namespace LinkTracker.Servers;

/// <summary>Proxies that make the network between two processes worse, as toxiproxy-server does it.</summary>
public sealed class Toxiproxy : IAsyncDisposable
{
    private const string Name = "toxiproxy-server";

    private readonly HttpClient _http;
    private readonly ServerProcess _process;
    private int _proxies;

    private Toxiproxy(string program)
    {
        var port = FreePort.Next();
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _process = new ServerProcess(
            Directory.CreateTempSubdirectory("linktracker-toxiproxy-"),
            new ProcessStartInfo(program, ["-host", "127.0.0.1", "-port", port.ToString(CultureInfo.InvariantCulture)]),
            IsReadyAsync);
    }

    public string Output => _process.Output;

    internal static bool IsThere => Programs.Find(Name) is not null || File.Exists(Packed);

    private static string Packed => Path.Combine(Repository.Shared, "tools", $"{Name}.xz");

    public static async Task<Toxiproxy> StartAsync()
    {
        var server = new Toxiproxy(Programs.Find(Name) ?? await UnpackAsync());
        await server._process.StartAsync();
        return server;
    }

    /// <summary>A proxy that forwards faithfully until told otherwise.</summary>
    /// <param name="upstream">Loopback port of the server behind it.</param>
    /// <param name="port">Loopback port to listen on; null: a free one.</param>
    public async Task<ToxicProxy> CreateProxyAsync(int upstream, int? port = null)
    {
        var listen = port ?? FreePort.Next();
        var name = $"proxy{Interlocked.Increment(ref _proxies)}";
        var proxy = new { name, listen = $"127.0.0.1:{listen}", upstream = $"127.0.0.1:{upstream}", enabled = true };
        using var answer = await _http.PostAsJsonAsync("/proxies", proxy);
        answer.EnsureSuccessStatusCode();
        return new ToxicProxy(_http, name, listen);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    // Kept for the next run; the script puts a whole file in place, so that two runs at once are no matter.
    private static async Task<string> UnpackAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), "linktracker-tools");
        await Command.RunAsync(Path.Combine(Repository.Shared, "tools", "unpack"), folder, Name);
        return Path.Combine(folder, Name);
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/version", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
