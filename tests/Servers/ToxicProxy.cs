using System.Net.Http.Json;

namespace LinkTracker.Servers;

/// <summary>One proxy of a <see cref="Toxiproxy"/>. Faults add up until <see cref="HealAsync"/>.</summary>
public sealed class ToxicProxy
{
    private readonly HttpClient _http;
    private readonly string _path;

    internal ToxicProxy(HttpClient http, string name, int port)
    {
        _http = http;
        _path = $"/proxies/{name}";
        Port = port;
    }

    public int Port { get; }

    /// <summary>Host and port, as clients take it.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Every piece that the server sends arrives this much later.</summary>
    public Task DelayAsync(TimeSpan latency) => AddAsync("latency", new { latency = (int)latency.TotalMilliseconds });

    /// <summary>Ends all connections and takes no new ones.</summary>
    public Task CutAsync() => PostAsync(_path, new { enabled = false });

    /// <summary>Resets each connection after this time, old and new ones.</summary>
    public Task ResetAsync(TimeSpan after) => AddAsync("reset_peer", new { timeout = (int)after.TotalMilliseconds });

    /// <summary>Takes connections, and lets nothing through from the server.</summary>
    public Task SwallowAsync() => AddAsync("timeout", new { timeout = 0 });

    /// <summary>Faithful again. Connections that were swallowed are ended.</summary>
    public async Task HealAsync()
    {
        foreach (var toxic in await _http.GetFromJsonAsync<Toxic[]>($"{_path}/toxics") ?? [])
        {
            using var answer = await _http.DeleteAsync(new Uri($"{_path}/toxics/{toxic.Name}", UriKind.Relative));
            answer.EnsureSuccessStatusCode();
        }

        await PostAsync(_path, new { enabled = true });
    }

    private Task AddAsync(string type, object attributes) =>
        PostAsync($"{_path}/toxics", new { name = type, type, stream = "downstream", attributes });

    private async Task PostAsync(string path, object body)
    {
        using var answer = await _http.PostAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
    }

    private sealed record Toxic(string Name);
}
