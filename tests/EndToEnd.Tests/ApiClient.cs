using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>The API as a shop's server uses it, in the verbs of the domain.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(Uri api, string key)
    {
        _http = new HttpClient { BaseAddress = api, Timeout = Eventually.Limit };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<Link> CreateLinkAsync(string key, string url = "https://shop.example.com/", bool trackConversion = true)
    {
        var link = await PostAsync("/links", new { url, key, trackConversion });
        return new Link((string)link["id"]!, (string)link["key"]!);
    }

    /// <summary>The counts of one link: clicks, raw, unique, excluded, leads, sales, saleAmount.</summary>
    public Task<JsonNode> CountsAsync(string linkId, string @event = "composite") => GetAsync(CountsPath(linkId, @event));

    /// <summary>The same; null while they cannot be told, and are to be asked for again.</summary>
    public async Task<JsonNode?> TryCountsAsync(string linkId)
    {
        var (status, counts) = await SendAsync(HttpMethod.Get, CountsPath(linkId, "composite"));
        return status == HttpStatusCode.ServiceUnavailable ? null : status == HttpStatusCode.OK ? counts : throw new InvalidOperationException($"{(int)status}: {counts}");
    }

    public async Task<long> RawAsync(string linkId) => (long)(await CountsAsync(linkId, "clicks"))["raw"]!;

    /// <summary>The click ids of every recorded click of a link, whatever became of it.</summary>
    public async Task<List<string>> ClickIdsAsync(string linkId)
    {
        const int pageSize = 1_000;
        var ids = new List<string>();
        for (var page = 1; ; page++)
        {
            var events = (await GetAsync(
                $"/events?event=clicks&interval=all&disposition=all&linkId={linkId}&limit={pageSize}&page={page}")).AsArray();
            ids.AddRange(events.Select(e => (string)e!["click_id"]!));
            if (events.Count < pageSize)
            {
                return ids;
            }
        }
    }

    public Task<JsonNode> StatsAsync() => GetAsync("/stats");

    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return await BodyOfAsync(answer);
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await _http.PostAsJsonAsync(path, body);
        return await BodyOfAsync(answer);
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public void Dispose() => _http.Dispose();

    private static string CountsPath(string linkId, string @event) => $"/analytics?groupBy=count&interval=all&event={@event}&linkId={linkId}";

    private static async Task<JsonNode> BodyOfAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}

internal sealed record Link(string Id, string Key);
