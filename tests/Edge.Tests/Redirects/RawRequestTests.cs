using System.Net.Sockets;
using System.Text;

namespace LinkTracker.Edge.Tests.Redirects;

/// <summary>
/// What arrives when no well-behaved client is at the other end. Each request is sent as it stands here. Every answer is known in
/// advance, and none is a 500 or takes longer than five seconds.
/// </summary>
public abstract class RawRequestTests(RawRequestTests.SharedEdge edge)
{
    private const string H = "Host: go.example.com\r\n";
    private const string Http = " HTTP/1.1\r\n";

    [Theory]

    // Requests that are odd, and still plain.
    [InlineData("GET /spring" + Http + H + "\r\n", "302")]
    [InlineData("GET /spring HTTP/1.0\r\n\r\n", "302")]
    [InlineData("GET /spring HTTP/1.0\r\nHost: go.example.com\r\nConnection: keep-alive\r\n\r\n", "302")]
    [InlineData("GET http://go.example.com/spring" + Http + H + "\r\n", "302")]
    [InlineData("GET /./spring" + Http + H + "\r\n", "302")]
    [InlineData("GET /a/%2e%2e/spring" + Http + H + "\r\n", "302")]
    [InlineData("GET /../../spring" + Http + H + "\r\n", "302")]
    [InlineData("GET /spring?" + Http + H + "\r\n", "302")]
    [InlineData("GET /spring?%zz=%" + Http + H + "\r\n", "302")]
    [InlineData("GET /spring?%00=%0d%0aSet-Cookie:x" + Http + H + "\r\n", "302")]
    [InlineData("GET /spring" + Http + H + "Content-Length: 0\r\n\r\n", "302")]
    [InlineData("GET /spring" + Http + H + "Connection: upgrade\r\nUpgrade: h2c\r\n\r\n", "302")]
    [InlineData("GET /spring" + Http + H + "Expect: 100-continue\r\n\r\n", "302")]
    [InlineData("GET /spring" + Http + H + "Range: bytes=0-\r\nIf-None-Match: *\r\n\r\n", "302")]
    [InlineData("GET /spring" + Http + H + "User-Agent: \r\nReferer: \r\nAccept-Language: \r\n\r\n", "302")]
    [InlineData("GET /spring" + Http + H + "Referer: http://[::1\r\nAccept-Language: ;;;,\r\n\r\n", "302")]
    [InlineData("GET /spring" + Http + "Host: \r\n\r\n", "302")]
    [InlineData("GET /spring" + Http + H + "\r\nGET /spring" + Http + H + "\r\n", "302 302")]
    [InlineData("\r\nGET /spring" + Http + H + "\r\n", "302")]

    // Paths that are no key.
    [InlineData("GET /" + Http + H + "\r\n", "404")]
    [InlineData("GET //spring" + Http + H + "\r\n", "404")]
    [InlineData("GET //evil.example/spring" + Http + H + "\r\n", "404")]
    [InlineData("GET /%zz" + Http + H + "\r\n", "404")]
    [InlineData("GET /%" + Http + H + "\r\n", "404")]
    [InlineData("GET /%c0%af" + Http + H + "\r\n", "404")]
    [InlineData("GET /%ed%a0%80" + Http + H + "\r\n", "404")]
    [InlineData("GET /%ff%fe" + Http + H + "\r\n", "404")]
    [InlineData("GET /a%2Fb" + Http + H + "\r\n", "404")]
    [InlineData("GET /%0d%0aX:y" + Http + H + "\r\n", "404")]
    [InlineData("GET /%EF%BF%BD%E2%80%AE" + Http + H + "\r\n", "404")]
    [InlineData("GET /spring;jsessionid=1" + Http + H + "\r\n", "404")]
    [InlineData("GET /\\spring" + Http + H + "\r\n", "404")]
    [InlineData("GET /%00" + Http + H + "\r\n", "400")]
    [InlineData("GET /spring%00" + Http + H + "\r\n", "400")]

    // Methods.
    [InlineData("get /spring" + Http + H + "\r\n", "405")]
    [InlineData("Get /spring" + Http + H + "\r\n", "405")]
    [InlineData("POST /spring" + Http + H + "\r\n", "405")]
    [InlineData("POST /spring" + Http + H + "Content-Length: 5\r\n\r\nhello", "405")]
    [InlineData("POST /spring" + Http + H + "Content-Length: 40\r\n\r\nGET /spring HTTP/1.1\r\nHost: x\r\n\r\n", "405")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400|505|")]
    [InlineData("OPTIONS *" + Http + H + "\r\n", "405")]
    [InlineData("GET *" + Http + H + "\r\n", "405|400")]
    [InlineData("CONNECT go.example.com:80 HTTP/1.1\r\nHost: go.example.com:80\r\n\r\n", "405")]
    [InlineData("TRACE /spring" + Http + H + "\r\n", "405")]
    [InlineData("G\u0001T /spring" + Http + H + "\r\n", "400")]

    // Bodies, and claims of one: nothing behind them is taken for a request.
    [InlineData("GET /spring" + Http + H + "Content-Length: 5\r\n\r\nhello", "400")]
    [InlineData("GET /spring" + Http + H + "Content-Length: +1\r\n\r\nx", "400")]
    [InlineData("GET /spring" + Http + H + "Content-Length: -1\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Content-Length: 0x1\r\n\r\nx", "400")]
    [InlineData("GET /spring" + Http + H + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", "400")]
    [InlineData("GET /spring" + Http + H + "Content-Length: 1, 1\r\n\r\nx", "400")]
    [InlineData("GET /spring" + Http + H + "Content-Length: 99999999999999999999\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /spring" + Http + H + "\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Transfer-Encoding: xchunked\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Transfer-Encoding: identity\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Transfer-Encoding: \r\n\r\n", "400|302")]
    [InlineData("GET /spring HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("HEAD /spring" + Http + H + "Content-Length: 5\r\n\r\nhello", "400")]
    [InlineData("GET /spring" + Http + H + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", "400")]

    // Lines and headers that break the grammar.
    [InlineData("GET /spring HTTP/1.1\nHost: go.example.com\n\n", "400")]
    [InlineData("GET /spring" + Http + "Host: go.example.com\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "X: a\nY: b\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "X: a\rY: b\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "X: a\r\n folded\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + " " + H + "\r\n", "400")]
    [InlineData("GET /spring" + Http + "Host : go.example.com\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + ": nameless\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "no colon\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "X: a\0b\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "X: \u00ff\u00fe\r\n\r\n", "302")]
    [InlineData("GET /spr\u00e4ng" + Http + H + "\r\n", "400")]
    [InlineData("GET /spring?\u00e4" + Http + H + "\r\n", "400|302")]
    [InlineData("GET /spr\0ing" + Http + H + "\r\n", "400")]
    [InlineData("GET /spring extra" + Http + H + "\r\n", "400")]
    [InlineData("GET  /spring" + Http + H + "\r\n", "400")]
    [InlineData("GET\t/spring" + Http + H + "\r\n", "400")]
    [InlineData("GET spring" + Http + H + "\r\n", "405")]
    [InlineData("GET /spring\r\n", "400")]
    [InlineData("GET /spring\r\n\r\n", "400")]
    [InlineData("GET /spring HTTP/0.9\r\n\r\n", "505|400")]
    [InlineData("GET /spring HTTP/1.2\r\n" + H + "\r\n", "505")]
    [InlineData("GET /spring HTTP/2.0\r\n" + H + "\r\n", "505")]
    [InlineData("GET /spring HTTP/11\r\n" + H + "\r\n", "505|400")]
    [InlineData("GET /spring http/1.1\r\n" + H + "\r\n", "505|400")]
    [InlineData("GET /spring" + Http + "\r\n", "400")]
    [InlineData("GET /spring" + Http + H + H + "\r\n", "400")]
    [InlineData("GET /spring" + Http + H + "Host: evil.example\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + "Host: a b\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + "Host: evil.example/\r\n\r\n", "400")]
    [InlineData("GET /spring" + Http + "Host: user@go.example.com\r\n\r\n", "400")]
    [InlineData("GET http://evil.example/spring" + Http + H + "\r\n", "400")]
    [InlineData("GET http:///spring" + Http + H + "\r\n", "400")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001", "")]
    [InlineData("GET /spring" + Http + H, "")]
    [InlineData("GET", "")]
    [InlineData("", "")]
    public async Task Any_request_gets_its_answer_at_once(string request, string expected)
    {
        var answers = expected.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var answer = await SendAsync(Encoding.Latin1.GetBytes(request), answers);

        // Where the server may end the connection without a word, it may do so as well with one.
        Assert.Contains(string.Join(' ', StatusesOf(answer)), expected.Length == 0 ? ["", "400", "408"] : expected.Split('|'));
    }

    [Theory]
    [InlineData(7_000, "404")]
    [InlineData(9_000, "414")]
    [InlineData(200_000, "414")]
    public async Task A_path_of_any_length_is_answered(int length, string expected) =>
        Assert.Equal([expected], StatusesOf(await SendAsync(Encoding.ASCII.GetBytes($"GET /{new string('x', length)}{Http}{H}\r\n"))));

    [Theory]
    [InlineData(90, 10, "302")]
    [InlineData(200, 10, "431")]
    [InlineData(1, 30_000, "302")]
    [InlineData(1, 40_000, "431")]
    public async Task Headers_of_any_number_and_size_are_answered(int count, int size, string expected)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: {new string('x', size)}\r\n"));

        Assert.Equal([expected], StatusesOf(await SendAsync(Encoding.ASCII.GetBytes($"GET /spring{Http}{H}{headers}\r\n"))));
    }

    [Theory]
    [InlineData("User-Agent")]
    [InlineData("Referer")]
    [InlineData("Accept-Language")]
    [InlineData("Sec-Purpose")]
    [InlineData("Cookie")]
    public async Task Headers_that_are_read_may_be_huge_or_in_UTF8(string name)
    {
        foreach (var value in new[] { new string('x', 20_000), string.Concat(Enumerable.Repeat("ж", 500)), string.Concat(Enumerable.Repeat("😀", 300)), "https://" + new string('a', 5_000) })
        {
            Assert.Equal(["302"], StatusesOf(await SendAsync(Encoding.UTF8.GetBytes($"GET /spring{Http}{H}{name}: {value}\r\n\r\n"))));
        }
    }

    [Fact]
    public async Task No_byte_of_a_query_gets_into_the_answer_unless_it_is_visible_ASCII()
    {
        for (var b = 0; b < 256; b++)
        {
            var answer = await SendAsync([.. "GET /spring?a="u8, (byte)b, .. "b HTTP/1.1\r\nHost: go.example.com\r\n\r\n"u8]);

            Assert.DoesNotContain(Encoding.Latin1.GetString(answer).Replace("\r\n", "", StringComparison.Ordinal), c => c is < ' ' or > '~');
            Assert.Contains(Assert.Single(StatusesOf(answer)), new[] { "302", "400" });
        }
    }

    private static List<string> StatusesOf(byte[] answer) =>
        [.. Encoding.Latin1.GetString(answer).Split("\r\n").Where(l => l.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)).Select(l => l[9..12])];

    /// <summary>Sends bytes and returns what comes back until the server closes, or has given the answers that are due and falls silent.</summary>
    /// <param name="request">As it goes on the wire.</param>
    /// <param name="answers">Number of answers due; 0: the client closes its sending side, because it has no whole request to send.</param>
    private async Task<byte[]> SendAsync(byte[] request, int answers = 1)
    {
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(edge.Probe.Address.Host, edge.Probe.Address.Port, deadline.Token);
        await using var stream = new NetworkStream(socket);
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request, deadline.Token);
            if (answers == 0)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            var buffer = new byte[64 << 10];
            int read;
            while ((read = await ReadAsync(stream, buffer, answers > 0 && StatusesOf(answer.ToArray()).Count >= answers, deadline.Token)) > 0)
            {
                answer.Write(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // The server closed while it was still being written to; what it said before that counts.
        }

        return answer.ToArray();
    }

    /// <summary>0 at the end; and when all is said that was due, after a short while in which nothing more came.</summary>
    private static async Task<int> ReadAsync(NetworkStream stream, byte[] buffer, bool isAllSaid, CancellationToken deadline)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        if (isAllSaid)
        {
            silence.CancelAfter(TimeSpan.FromMilliseconds(50));
        }

        try
        {
            return await stream.ReadAsync(buffer, silence.Token);
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            return 0;
        }
    }

    public abstract class SharedEdge(bool fastLane) : IAsyncLifetime
    {
        internal EdgeProbe Probe { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Probe = await EdgeProbe.StartAsync(s => s with { Durable = false, FastLane = fastLane });
            _ = await Probe.HasLinkAsync("spring");
            _ = await Probe.HasLinkAsync("a/b");
        }

        public async Task DisposeAsync() => await Probe.DisposeAsync();
    }

    public sealed class FastEdge() : SharedEdge(fastLane: true);

    public sealed class PipelineEdge() : SharedEdge(fastLane: false);

    public sealed class ByTheFastLane(FastEdge edge) : RawRequestTests(edge), IClassFixture<FastEdge>;

    public sealed class ByTheHttpPipeline(PipelineEdge edge) : RawRequestTests(edge), IClassFixture<PipelineEdge>;
}
