using System.Net;

namespace LinkTracker.Cluster;

/// <summary>Clicks links of one Edge, as a browser that does not follow them.</summary>
internal sealed class Visitor : IDisposable
{
    private const string Chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36";

    // Versions that are as good as different people: the same one on the same link counts once an hour.
    private const int Versions = 1_000;

    private readonly HttpClient _http;
    private int _clicks;

    public Visitor(Uri edge) => _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = edge,
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <exception cref="InvalidOperationException">The answer was no redirect.</exception>
    public async Task ClickAsync(Link link)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/" + link.Key);
        request.Headers.TryAddWithoutValidation("User-Agent", Chrome.Replace("{0}", $"{Interlocked.Increment(ref _clicks) % Versions}", StringComparison.Ordinal));
        request.Headers.TryAddWithoutValidation("Accept-Language", "en-US,en;q=0.9");
        using var answer = await _http.SendAsync(request);
        Demand.Holds(answer.StatusCode == HttpStatusCode.Found, $"a click was answered with {(int)answer.StatusCode}");
    }

    public void Dispose() => _http.Dispose();
}
