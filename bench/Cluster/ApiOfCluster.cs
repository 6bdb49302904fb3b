using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LinkTracker.Cluster;

internal sealed record Link(string Id, string Key);

/// <summary>What the measuring asks of one Aggregator.</summary>
internal sealed class ApiOfCluster : IDisposable
{
    private const int LinksAtOnce = 100;

    private readonly HttpClient _http;

    public ApiOfCluster(Uri url, string key)
    {
        _http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<List<Link>> CreateLinksAsync(int count)
    {
        var links = new List<Link>();
        foreach (var some in Enumerable.Range(0, count).Chunk(LinksAtOnce))
        {
            using var answer = await _http.PostAsJsonAsync("/links/bulk", some.Select(i => new { url = $"https://shop.example.com/{i}" }));
            answer.EnsureSuccessStatusCode();
            var created = (await answer.Content.ReadFromJsonAsync<JsonArray>())!;
            links.AddRange(created.Select(link => new Link((string)link!["id"]!, (string)link["key"]!)));
        }

        return links;
    }

    public async Task<bool> HasCountedAsync(Link link) =>
        (long)(await _http.GetFromJsonAsync<JsonObject>($"/analytics?groupBy=count&interval=all&event=clicks&linkId={link.Id}"))!["clicks"]! > 0;

    public async Task<bool> HasEventAsync(Link link) =>
        (await _http.GetFromJsonAsync<JsonArray>($"/events?event=clicks&interval=all&linkId={link.Id}"))!.Count > 0;

    public void Dispose() => _http.Dispose();
}
