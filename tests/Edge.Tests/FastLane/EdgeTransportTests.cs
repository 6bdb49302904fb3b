using System.Net;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.FastLane;

public sealed class EdgeTransportTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1", 8080, true)]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1", 8081, false)]
    [InlineData("http://127.0.0.1:8080", "127.0.0.2", 8080, false)]
    [InlineData("http://127.0.0.1:8080", "::1", 8080, false)]
    [InlineData("http://0.0.0.0:8080", "0.0.0.0", 8080, true)]
    [InlineData("http://0.0.0.0:8080", "127.0.0.1", 8080, false)]
    [InlineData("http://[::1]:8080", "::1", 8080, true)]
    [InlineData("http://localhost:8080", "127.0.0.1", 8080, true)]
    [InlineData("http://localhost:8080", "::1", 8080, true)]
    [InlineData("http://localhost:8080", "127.0.0.1", 8081, false)]
    [InlineData("http://localhost:8080", "10.0.0.1", 8080, false)]
    public void Only_the_redirect_port_is_served_in_line(string edge, string address, int port, bool expected)
    {
        var transport = new EdgeTransport(new Settings { EdgeUrl = new Uri(edge) }, NullLoggerFactory.Instance);

        Assert.Equal(expected, transport.CanBind(new IPEndPoint(IPAddress.Parse(address), port)));
        Assert.False(transport.CanBind(new System.Net.Sockets.UnixDomainSocketEndPoint("/run/edge")));
    }

    [Fact]
    public async Task A_connection_holds_no_megabytes_for_a_visitor_who_does_not_read()
    {
        var transport = new EdgeTransport(new Settings(), NullLoggerFactory.Instance);
        await using var listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        using var visitor = new System.Net.Sockets.TcpClient();
        await visitor.ConnectAsync((IPEndPoint)listener.EndPoint);
        await using var connection = await listener.AcceptAsync();

        // Linux doubles what it is asked for.
        var socket = connection!.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionSocketFeature>()!.Socket;
        Assert.InRange(socket.SendBufferSize, 64 << 10, 128 << 10);
    }
}
