using System.Net;
using System.Text;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>Edge and API in one process, with the redirect port's work on the threads of its sockets: neither may wait for the other.</summary>
public sealed class IsolationTests
{
    private const int Callers = 64;
    private const int Rows = 100_000;

    /// <summary>Beyond any redirect that could be called served.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_import_and_many_slow_calls_of_the_API_hold_up_no_redirect()
    {
        await using var product = await Product.StartAsync();
        var link = await product.Client.CreateLinkAsync("spring");
        var import = await ImportAsync(product);
        using var stop = new CancellationTokenSource();
        var calling = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync(product, stop.Token)));

        using var stays = new KeepAliveVisitor(product.Edge, link.Key);
        await stays.ConnectAsync();
        for (var isDone = false; !isDone; isDone = await IsDoneAsync(product, import))
        {
            for (var i = 0; i < 50; i++)
            {
                using var comes = new KeepAliveVisitor(product.Edge, link.Key);
                await comes.ConnectAsync().WaitAsync(Patience);
                Assert.True(await comes.TryClickAsync().WaitAsync(Patience), comes.Fault);
                Assert.True(await stays.TryClickAsync().WaitAsync(Patience), stays.Fault);
            }
        }

        await stop.CancelAsync();
        Assert.True((await calling).Min() > 0);
    }

    /// <summary>Lets the API look through all links, again and again, and returns how often it did.</summary>
    private static async Task<int> CallAsync(Product product, CancellationToken stop)
    {
        var calls = 0;
        for (; !stop.IsCancellationRequested; calls++)
        {
            await product.Client.GetAsync("/links/count?search=nothing-like-that");
        }

        return calls;
    }

    private static async Task<bool> IsDoneAsync(Product product, string import)
    {
        var status = (string)(await product.Client.GetAsync(import))["status"]!;
        Assert.NotEqual("failed", status);
        return status == "done";
    }

    private static async Task<string> ImportAsync(Product product)
    {
        var rows = new StringBuilder();
        for (var row = 0; row < Rows; row++)
        {
            rows.Append("{\"key\":\"row-").Append(row).Append("\",\"url\":\"https://shop.example.com/").Append(row).Append("\"}\n");
        }

        using var body = new StringContent(rows.ToString(), Encoding.UTF8, "application/x-ndjson");
        var (status, queued) = await product.Client.SendAsync(HttpMethod.Post, "/links/import", body);
        Assert.Equal(HttpStatusCode.Accepted, status);
        return $"/links/import/{(string)queued!["id"]!}";
    }
}
