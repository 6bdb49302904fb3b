using System.Web;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>Clicks links as a browser does, without following them.</summary>
internal sealed class Clicker(Uri edge) : IDisposable
{
    public const string Chrome =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = edge,
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Clicks once and returns the answer; the caller disposes of it.</summary>
    public async Task<HttpResponseMessage> ClickAsync(string key, string userAgent = Chrome, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/" + key);
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        request.Headers.TryAddWithoutValidation("Accept-Language", "en-US,en;q=0.9");
        return await _http.SendAsync(request, cancellation);
    }

    /// <summary>Clicks once and returns the token in the answer's target.</summary>
    public async Task<string> ClickForTokenAsync(string key, string userAgent = Chrome, CancellationToken cancellation = default)
    {
        using var answer = await ClickAsync(key, userAgent, cancellation);
        var target = answer.Headers.Location ?? throw new InvalidOperationException($"{(int)answer.StatusCode} without a Location");
        return HttpUtility.ParseQueryString(target.Query)["dub_id"] ?? throw new InvalidOperationException($"no token in {target}");
    }

    public void Dispose() => _http.Dispose();
}
