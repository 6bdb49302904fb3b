using System.Text;
using LinkTracker.Edge.Tests.Redirects;

namespace LinkTracker.Edge.Tests.FastLane;

public sealed class AllocationTests
{
    private const int Requests = 20_000;

    /// <summary>The log makes its pages when it first comes to them; more clicks than all of them hold.</summary>
    private const int WarmUp = 200_000;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET /spring?utm_source=mail HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)\r\n"
        + "Accept: text/html\r\nAccept-Language: de-AT,de;q=0.9\r\nReferer: https://news.example.com/page\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n");

    /// <summary>Reading the socket is the server's; everything from the bytes that came to the bytes that go runs on this thread here.</summary>
    [Fact]
    public async Task A_redirect_in_the_buffered_mode_allocates_nothing()
    {
        await using var edge = await EdgeProbe.StartAsync(s => s with { Durable = false, AddressHeader = "X-Forwarded-For" });
        _ = await edge.HasLinkAsync("spring", link => link with { TrackConversion = true });
        await using var connection = new TestConnection(edge);
        Assert.Equal(WarmUp, await RedirectAsync(connection, WarmUp));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var answered = await RedirectAsync(connection, Requests);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Requests, answered);

        // The Date is written once a second.
        Assert.InRange(allocated, 0, 4_096);
    }

    private static async Task<int> RedirectAsync(TestConnection connection, int requests)
    {
        var answered = 0;
        for (var i = 0; i < requests; i++)
        {
            _ = await connection.SendAsync(Request);
            answered += connection.TryDiscard() ? 1 : 0;
        }

        return answered;
    }
}
