using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LinkTracker.Year.Wire;

/// <summary>The API of a running product, as its operator's own programs use it.</summary>
internal sealed class Installation : IDisposable
{
    private const int PageSize = 100;

    private readonly HttpClient _http;
    private readonly CancellationToken _end;

    /// <param name="connections">The most at once; they are kept open.</param>
    /// <param name="end">Of all waiting: rates that come behind a hundred thousand customers are not followed within minutes.</param>
    public Installation(Uri api, string adminKey, int connections, CancellationToken end)
    {
        _end = end;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = api, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
    }

    /// <exception cref="InvalidOperationException">It was refused; the message has the answer.</exception>
    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), _end);
        return JsonNode.Parse(await TextOfAsync(path, answer))!;
    }

    /// <inheritdoc cref="GetAsync"/>
    public Task<JsonNode> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>The same; null when there is nothing to do, which is answered with 409.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<JsonNode?> PostUnlessConflictAsync(string path, JsonNode body)
    {
        using var answer = await _http.PostAsync(path, JsonContent.Create(body), _end);
        return answer.StatusCode is HttpStatusCode.Conflict ? null : JsonNode.Parse(await TextOfAsync(path, answer));
    }

    /// <inheritdoc cref="GetAsync"/>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request, _end);
        return JsonNode.Parse(await TextOfAsync(path, answer))!;
    }

    /// <summary>The answer word for word.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<string> PostAsync(string path, byte[] json)
    {
        using var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _http.PostAsync(path, content, _end);
        return await TextOfAsync(path, answer);
    }

    /// <summary>Every item of a list that is read page by page.</summary>
    /// <param name="path">With a query.</param>
    /// <param name="within">Where in the answer the items are; null: it is nothing else.</param>
    public async IAsyncEnumerable<JsonNode> ListAsync(string path, string? within = null)
    {
        for (var page = 1; ; page++)
        {
            var answer = await GetAsync($"{path}&pageSize={PageSize}&page={page}");
            var items = (within is null ? answer : answer[within]!).AsArray();
            foreach (var item in items)
            {
                yield return item!;
            }

            if (items.Count < PageSize)
            {
                yield break;
            }
        }
    }

    /// <summary>The same of a list that goes on behind the last id, which stays fast however long it is.</summary>
    public async IAsyncEnumerable<JsonNode> ListByIdAsync(string path)
    {
        var after = "";
        while (true)
        {
            var items = (await GetAsync($"{path}&pageSize={PageSize}{after}")).AsArray();
            foreach (var item in items)
            {
                yield return item!;
            }

            if (items.Count < PageSize)
            {
                yield break;
            }

            after = $"&startingAfter={(string)items[^1]!["id"]!}";
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<string> TextOfAsync(string path, HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode}: {text}");
    }
}
