using System.Net;
using System.Net.Sockets;
using System.Text;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>How an attempt ended.</summary>
/// <param name="Status">Of the answer; null when there was none.</param>
/// <param name="Error">Why not, without addresses; null when there was an answer.</param>
internal sealed record Attempt(int? Status, string? Error)
{
    public bool IsDelivered => Status is >= 200 and < 300;

    /// <summary>The receiver wants no more of this.</summary>
    public bool IsGone => Status == StatusCodes.Status410Gone;
}

/// <summary>
/// Posts to addresses that others chose. A name is resolved here, and the connection goes to an address that was looked at: a name that
/// resolves to something else a moment later leads nowhere. Redirects are not followed, and no proxy is asked.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Settings _settings;
    private readonly HttpClient _http;

    public WebhookClient(Settings settings)
    {
        _settings = settings;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseDrainSize = 0,
        };
        _http = new HttpClient(handler) { Timeout = Limit };
        _http.DefaultRequestHeaders.Add("User-Agent", "LinkTracker-Webhooks/1.0");
    }

    /// <param name="body">JSON.</param>
    public async Task<Attempt> PostAsync(Uri url, string body, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return new Attempt((int)response.StatusCode, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Attempt(null, $"There was no answer in {Limit.TotalSeconds} s.");
        }
        catch (HttpRequestException failure) when (failure.InnerException is NotPublicException)
        {
            return new Attempt(null, failure.InnerException.Message);
        }
        catch (HttpRequestException failure)
        {
            return new Attempt(null, $"The connection failed: {failure.HttpRequestError}.");
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        var allowed = _settings.WebhookHosts.Contains(host, StringComparer.OrdinalIgnoreCase) ? addresses : [.. addresses.Where(PublicAddress.Is)];
        if (allowed.Length == 0)
        {
            throw new NotPublicException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class NotPublicException() : IOException("Its host is not on the public internet; Aggregator__WebhookHosts can allow it.");
}
