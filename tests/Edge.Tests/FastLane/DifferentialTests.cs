using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using LinkTracker.Edge.FastLane;
using LinkTracker.Edge.Redirects;
using LinkTracker.Edge.Tests.Redirects;
using Xunit.Abstractions;

namespace LinkTracker.Edge.Tests.FastLane;

/// <summary>
/// The same bytes, in the same pieces, to an Edge with the fast lane and to one without: both must give the same answers, with the same
/// locations, and agree on whether the connection goes on.
/// </summary>
public sealed partial class DifferentialTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Cases = 4_000;

    private static readonly string[] Lines =
    [
        "Host: go.example.com", "Host: GO.example.com:80", "Host: go.example.com:", "Host: a_b", "Host: [::1]", "Host:", "host:x", "Host : x",
        "User-Agent: a", "User-Agent: \u00e4", "user-agent:", "Accept-Language: de", "Referer: http://a.example/", "Purpose: prefetch",
        "Connection: keep-alive", "Connection: Keep-Alive", "Connection: close", "Connection: keep-alive, upgrade", "Connection:", "Upgrade: h2c",
        "Content-Length: 0", "Content-Length: 5", "Content-Length: x", "content-length: 1\r\nContent-Length: 1", "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity", "Transfer-Encoding : chunked", "Expect: 100-continue", "X: a\tb", "X: a\u0001b", "X: a\0b", "X: a\rb", "X: a\nb", "X:\r\n folded",
        " X: y", "no colon", ": nameless", "X\u0001: y", "X(: y", "Trailer: x", "Keep-Alive: 5", "Cookie: a=b", "X: \u00ff", "Accept-Encoding: gzip\r\r",
    ];

    /// <summary>Ends the connection, unless something before it has, or has made a part of itself of it.</summary>
    private const string Last = "GET /spring HTTP/1.1\r\nHost: go.example.com\r\nConnection: close\r\n\r\n";

    private static readonly string[] Starts =
    [
        "GET /spring HTTP/1.1", "GET /spring?a=1&x=2 HTTP/1.1", "GET /a/b HTTP/1.1", "GET /none HTTP/1.1", "GET / HTTP/1.1", "GET /over HTTP/1.1", "GET /spring HTTP/1.0",
        "GET /Spr-ing HTTP/1.1", "GET /spr%69ng HTTP/1.1", "GET //spring HTTP/1.1", "GET /./spring HTTP/1.1", "GET /x/../spring HTTP/1.1", "GET /.spring HTTP/1.1",
        "GET /spring? HTTP/1.1", "GET /spring?\u00e4 HTTP/1.1", "GET /spring?a b HTTP/1.1", "GET /spring#x HTTP/1.1", "GET /spring HTTP/1.2", "GET /spring HTTP/2.0",
        "GET /spring  HTTP/1.1", "GET  /spring HTTP/1.1", "get /spring HTTP/1.1", "HEAD /spring HTTP/1.1", "POST /spring HTTP/1.1", "GET http://go.example.com/spring HTTP/1.1",
        "GET /spring\tHTTP/1.1", "GET /healthz HTTP/1.1", "GET /robots.txt HTTP/1.1", "GET /spring", "GET", "", "GET /spring;a HTTP/1.1", "GET /spring! HTTP/1.1",
    ];

    private EdgeProbe _fast = null!;
    private EdgeProbe _plain = null!;

    public async Task InitializeAsync()
    {
        _fast = await StartAsync(fastLane: true);
        _plain = await StartAsync(fastLane: false);
    }

    public async Task DisposeAsync()
    {
        await _fast.DisposeAsync();
        await _plain.DisposeAsync();
    }

    [Fact]
    public async Task Generated_and_mutated_requests_get_the_same_answers_from_both()
    {
        var random = new Random(20_261_126);
        var plain = 0;
        for (var i = 0; i < Cases; i++)
        {
            var request = Encoding.Latin1.GetBytes(Conversation(random) + Last);
            plain += IsPlain(request) ? 1 : 0;
            var cuts = Cuts(random, request.Length);
            var (byFast, byPlain) = await AnswersOfBothAsync(request, cuts);
            Assert.True(
                byFast == byPlain,
                $"case {i}: {Regex.Escape(Encoding.Latin1.GetString(request))} cut at {string.Join(',', cuts)}\nfast lane: {byFast}\npipeline:  {byPlain}");
        }

        // The comparison is worth something only if the fast lane answers many of them, and leaves as many to the pipeline.
        output.WriteLine($"{Cases} conversations, {plain} of which begin plain");
        Assert.InRange(plain, Cases / 4, Cases - (Cases / 4));
    }

    private static async Task<EdgeProbe> StartAsync(bool fastLane)
    {
        var edge = await EdgeProbe.StartAsync(s => s with { Durable = false, FastLane = fastLane });
        _ = await edge.HasLinkAsync("spring");
        _ = await edge.HasLinkAsync("a/b", link => link with { RedirectStatus = 308 });
        _ = await edge.HasLinkAsync("over", link => link with { ExpiresAt = DateTimeOffset.UnixEpoch });
        return edge;
    }

    /// <summary>
    /// A connection that was closed with something unread may lose an answer on its way, and one that falls silent may only be slow; so a
    /// difference counts when it is still there with more patience.
    /// </summary>
    private async Task<(string ByFast, string ByPlain)> AnswersOfBothAsync(byte[] request, int[] cuts)
    {
        for (var patience = 200; ; patience *= 3)
        {
            var byFast = await AnswersAsync(_fast, request, cuts, patience);
            var byPlain = await AnswersAsync(_plain, request, cuts, patience);
            if (byFast == byPlain || patience > 10_000)
            {
                return (byFast, byPlain);
            }
        }
    }

    /// <summary>One to three requests on one connection, some of them broken.</summary>
    private static string Conversation(Random random)
    {
        var text = new StringBuilder();
        for (var requests = random.Next(1, 4); requests > 0; requests--)
        {
            var isPlain = random.Next(2) == 0;
            _ = text.Append(isPlain ? Starts[random.Next(6)] : Starts[random.Next(Starts.Length)]).Append(End(random, isPlain));
            _ = text.Append("Host: go.example.com").Append(End(random, isPlain));
            for (var lines = random.Next(4); lines > 0; lines--)
            {
                _ = text.Append(isPlain ? Lines[random.Next(8, 10)].Replace("\u00e4", "b", StringComparison.Ordinal) + lines : Lines[random.Next(Lines.Length)]).Append(End(random, isPlain));
            }

            _ = text.Append("\r\n");
        }

        return random.Next(4) == 0 ? Mutate(random, text.ToString()) : text.ToString();
    }

    private static string End(Random random, bool isPlain) => isPlain || random.Next(20) > 0 ? "\r\n" : random.Next(3) switch { 0 => "\n", 1 => "\r", _ => "\r\r\n" };

    private static string Mutate(Random random, string text)
    {
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, ((char)random.Next(256)).ToString()),
            _ => text[..at] + (char)random.Next(256) + text[(at + 1)..],
        };
    }

    private bool IsPlain(byte[] request)
    {
        var read = default(RedirectRequest);
        return _fast.Service<HeadParser>().Parse(request, ref read, out _) == HeadKind.Plain;
    }

    private static int[] Cuts(Random random, int length) =>
        [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(1, Math.Max(length, 2))).Where(at => at < length).Distinct().Order()];

    /// <summary>Status, location and length of every answer, and how the connection went on.</summary>
    private static async Task<string> AnswersAsync(EdgeProbe edge, byte[] request, int[] cuts, int patienceMs)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(edge.Address.Host, edge.Address.Port);
        using var answers = new MemoryStream();
        var end = "closed";
        try
        {
            var from = 0;
            foreach (var to in cuts.Append(request.Length))
            {
                _ = await socket.SendAsync(request.AsMemory(from, to - from));
                from = to;
            }

            var buffer = new byte[16 << 10];
            int read;
            while ((read = await socket.ReceiveAsync(buffer, new CancellationTokenSource(patienceMs).Token)) > 0)
            {
                answers.Write(buffer, 0, read);
            }
        }
        catch (OperationCanceledException)
        {
            end = "open";
        }
        catch (SocketException)
        {
            // Closed with something unread.
        }

        var text = Encoding.Latin1.GetString(answers.ToArray());
        return string.Join("; ", Answer().Matches(text).Select(match => match.Value.Replace("\r\n", " ", StringComparison.Ordinal)).Append(end));
    }

    [GeneratedRegex("HTTP/1.1 [0-9]{3}|\r\n(Location|Connection|Content-Length): [^\r]*")]
    private static partial Regex Answer();
}
