using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>SIGTERM in the midst of load: every request that was sent is answered, and what was answered is counted.</summary>
public sealed class ShutdownTests
{
    private const int Visitors = 48;

    [Theory]
    [InlineData("durable")]
    [InlineData("buffered")]
    public async Task SIGTERM_under_load_loses_no_request_and_no_click(string durability)
    {
        await using var product = await Product.StartAsync(("Edge__Durability", durability));
        var link = await product.Client.CreateLinkAsync("term");

        var answered = await AnsweredUntilStoppedAsync(product, link.Key);

        await product.RestartAsync();
        await CrashTests.UntilCaughtUpAsync(product);
        var edge = (await product.Client.StatsAsync())["edge"]!;
        Assert.Equal(answered, await product.Client.RawAsync(link.Id));
        Assert.Equal((answered, answered, 0, 0), Figures(edge));
        await CrashTests.EquationsHoldAsync(product, answered);
    }

    [Theory]
    [InlineData("durable")]
    [InlineData("buffered")]
    public async Task SIGTERM_under_load_loses_no_request_and_no_click_of_an_Edge_alone(string durability)
    {
        await using var product = await Product.StartEdgeAsync("""{"key":"term","url":"https://shop.example.com/"}""", ("Edge__Durability", durability));

        var answered = await AnsweredUntilStoppedAsync(product, "term");

        await product.RestartAsync();
        var stats = await product.Client.StatsAsync();
        Assert.Equal((answered, answered, 0, 0), Figures(stats["edge"]!));
    }

    /// <summary>
    /// Connections that the kernel has made and the server has not accepted are reset when its socket closes: their requests are never read.
    /// </summary>
    [Fact]
    public async Task Whoever_connects_while_the_server_stops_is_answered_whole_or_not_served_at_all()
    {
        await using var product = await Product.StartAsync();
        var link = await product.Client.CreateLinkAsync("term");
        var answered = 0L;
        async Task ConnectAndClickAsync()
        {
            while (true)
            {
                using var visitor = new KeepAliveVisitor(product.Edge, link.Key);
                try
                {
                    await visitor.ConnectAsync();
                }
                catch (SocketException)
                {
                    // Stopped.
                    return;
                }

                var isAnswered = await visitor.TryClickAsync();
                Assert.True(isAnswered || visitor.Answered == 0 && visitor.Received == 0, visitor.Fault);
                Interlocked.Add(ref answered, visitor.Answered);
            }
        }

        var clicking = Task.WhenAll(Enumerable.Range(0, Visitors).Select(_ => Task.Run(ConnectAndClickAsync)));
        await Eventually.HoldsAsync("there were many clicks", Eventually.Limit, () =>
            Task.FromResult(clicking.IsCompleted || Volatile.Read(ref answered) > 100 * Visitors));
        Assert.Equal(0, await product.StopAsync());
        await clicking.WaitAsync(Eventually.Limit);

        await product.RestartAsync();
        await CrashTests.UntilCaughtUpAsync(product);
        Assert.Equal(answered, await product.Client.RawAsync(link.Id));
    }

    /// <summary>Clicks from all visitors, stops the product once each has clicked often, and returns how many clicks were answered.</summary>
    private static async Task<long> AnsweredUntilStoppedAsync(Product product, string key)
    {
        var visitors = Enumerable.Range(0, Visitors).Select(_ => new KeepAliveVisitor(product.Edge, key)).ToArray();
        await Task.WhenAll(visitors.Select(visitor => visitor.ConnectAsync()));
        var clicking = Task.WhenAll(visitors.Select(visitor => Task.Run(visitor.ClickUntilClosedAsync)));
        await Eventually.HoldsAsync("every visitor has clicked often", Eventually.Limit, () =>
            Task.FromResult(clicking.IsCompleted || visitors.All(visitor => visitor.Answered > 100)));

        Assert.Equal(0, await product.StopAsync());

        await clicking.WaitAsync(Eventually.Limit);
        Assert.All(visitors, visitor => Assert.Null(visitor.Fault));
        Array.ForEach(visitors, visitor => visitor.Dispose());
        return visitors.Sum(visitor => visitor.Answered);
    }

    private static (long Offered, long Appended, long Declared, long Quarantined) Figures(JsonNode edge) =>
        ((long)edge["offered"]!, (long)edge["appended"]!, (long)edge["dropped_declared"]!, (long)edge["quarantined"]!);
}
