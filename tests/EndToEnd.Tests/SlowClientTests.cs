using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>Connections that take a place and give nothing: they end in time, hold little, and harm nobody.</summary>
public sealed class SlowClientTests
{
    private const int Idle = 1_000;
    private const int Dribbling = 1_000;
    private const int Deaf = 300;

    /// <summary>Of the log's pages and the runtime most; a mebibyte for each connection would be far more.</summary>
    private const int MemoryKiB = 256 << 10;

    /// <summary>64 KiB of answers in the server, and a few times that in the kernel.</summary>
    private const int AnswersUnread = 2_000;

    /// <summary>Beyond any request that could be called served.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [FactWith(Need.SlowHttpTest)]
    public async Task Thousands_of_idle_and_dribbling_connections_harm_no_good_visitor()
    {
        await using var product = await Product.StartAsync();
        var link = await product.Client.CreateLinkAsync("slow");
        var before = product.Sockets;
        var memory = product.MemoryKiB;

        // Half of them never say a word, half have clicked once.
        var idle = Enumerable.Range(0, Idle).Select(_ => new KeepAliveVisitor(product.Edge, link.Key)).ToArray();
        foreach (var visitor in idle)
        {
            await visitor.ConnectAsync();
        }

        Assert.All(await Task.WhenAll(idle.Take(Idle / 2).Select(visitor => visitor.TryClickAsync())), Assert.True);

        var dribbling = DribbleAsync(new Uri(product.Edge, link.Key));
        var (stays, clicks) = (new KeepAliveVisitor(product.Edge, link.Key), 0);
        await stays.ConnectAsync();
        for (; !dribbling.IsCompleted || clicks < 100; clicks++)
        {
            using var comes = new KeepAliveVisitor(product.Edge, link.Key);
            await comes.ConnectAsync().WaitAsync(Patience);
            Assert.True(await comes.TryClickAsync().WaitAsync(Patience), comes.Fault);
            Assert.True(await stays.TryClickAsync().WaitAsync(Patience), stays.Fault);
        }

        Assert.Contains("No open connections left", await dribbling, StringComparison.Ordinal);
        Assert.InRange(product.MemoryKiB - memory, 0, MemoryKiB);
        Array.ForEach([.. idle, stays], visitor => visitor.Dispose());
        await AreGoneAsync(product, before);
    }

    [Fact]
    public async Task Visitors_who_ask_and_do_not_read_are_given_up_and_hold_little()
    {
        await using var product = await Product.StartEdgeAsync("""{"key":"deaf","url":"https://shop.example.com/"}""");

        // Its connection to the other port is there before, and stays.
        await product.Client.StatsAsync();
        var before = product.Sockets;
        var memory = product.MemoryKiB;

        var deaf = Enumerable.Range(0, Deaf).Select(_ => Task.Run(() => AskAndNotReadAsync(product.Edge, "deaf"))).ToArray();
        var all = Task.WhenAll(deaf);
        while (!all.IsCompleted)
        {
            using var good = new KeepAliveVisitor(product.Edge, "deaf");
            await good.ConnectAsync().WaitAsync(Patience);
            Assert.True(await good.TryClickAsync().WaitAsync(Patience), good.Fault);
        }

        await all;
        var stats = await product.Client.StatsAsync();
        Assert.InRange((long)stats["redirects"]!["redirected"]!, Deaf, AnswersUnread * Deaf);
        Assert.InRange(product.MemoryKiB - memory, 0, MemoryKiB);
        await AreGoneAsync(product, before);
    }

    /// <summary>Asks for far more than the buffers between the two ends hold, and returns when the server has closed the connection.</summary>
    private static async Task AskAndNotReadAsync(Uri edge, string key)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await socket.ConnectAsync(edge.Host, edge.Port);
        var requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"GET /{key} HTTP/1.1\r\nHost: {edge.Authority}\r\n\r\n", 1_000)));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var closed = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
            {
                _ = await socket.SendAsync(requests, deadline.Token);
            }
        });
        Assert.Contains(closed.SocketErrorCode, (SocketError[])[SocketError.ConnectionReset, SocketError.Shutdown]);
    }

    /// <summary>Sends each head a few bytes a second, for longer than the server takes heads, and returns what the attacker saw.</summary>
    private static async Task<string> DribbleAsync(Uri url)
    {
        var start = new ProcessStartInfo("slowhttptest",
        [
            "-H", "-c", Dribbling.ToString(CultureInfo.InvariantCulture), "-r", "500", "-i", "1", "-x", "8", "-l", "60", "-u", url.ToString(),
        ])
        {
            RedirectStandardOutput = true,
        };
        using var attacker = Process.Start(start)!;
        var output = await attacker.StandardOutput.ReadToEndAsync();
        await attacker.WaitForExitAsync();
        return output;
    }

    private static Task AreGoneAsync(Product product, int before) =>
        Eventually.HoldsAsync("the server has no more sockets than before", Eventually.Limit, () => Task.FromResult(product.Sockets <= before));
}
