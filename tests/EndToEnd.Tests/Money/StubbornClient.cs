using System.Net;
using System.Net.Http.Headers;

namespace LinkTracker.EndToEnd.Tests.Money;

/// <summary>A client that sends a request again, word for word, until it is answered, whatever was killed meanwhile.</summary>
internal sealed class StubbornClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly HttpClient _http;
    private int _answered;
    private int _again;

    /// <param name="connections">The most at once.</param>
    public StubbornClient(Uri api, string key, int connections)
    {
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = api, Timeout = TimeSpan.FromMinutes(2) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Requests that were answered.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Times that one was sent again, because nobody can tell what became of it.</summary>
    public int Again => Volatile.Read(ref _again);

    /// <exception cref="TimeoutException">Nobody answered for minutes.</exception>
    public async Task<Answer> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? json = null, string? idempotencyKey = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await TryAsync(method, path, json, idempotencyKey) is { } answer)
            {
                Interlocked.Increment(ref _answered);
                return answer;
            }

            Interlocked.Increment(ref _again);
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"{method} {path} was not answered within {Patience}");
            }

            await Task.Delay(Pause);
        }
    }

    public void Dispose() => _http.Dispose();

    // Null when the connection ended, or the product's own database was away: both leave open what happened.
    private async Task<Answer?> TryAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? json, string? idempotencyKey)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        try
        {
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            return answer.StatusCode is HttpStatusCode.ServiceUnavailable ? null : new Answer(answer.StatusCode, text);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}

/// <param name="Text">Word for word.</param>
internal sealed record Answer(HttpStatusCode Status, string Text)
{
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public string Ok() => (int)Status is >= 200 and < 300 ? Text : throw new InvalidOperationException($"{(int)Status}: {Text}");
}
