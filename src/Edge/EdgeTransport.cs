using System.Net;
using System.Net.Sockets;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace LinkTracker.Edge;

/// <summary>
/// The sockets of the redirect port. What came in is worked on by the thread that received it, because handing it to another
/// one costs more than a redirect; other ports of the process keep the server's own way.
/// </summary>
/// <remarks>
/// A thread that blocked here would hold up every connection of its core. Nothing does: a redirect touches memory only, the log
/// is written and synced by a thread of its own, and whoever waits for it keeps no thread (docs/adr/0010-inline-io.md).
/// </remarks>
internal sealed class EdgeTransport(Settings settings, ILoggerFactory logging) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Of each connection and direction. Many answers fit; a head is no longer than half of it.</summary>
    private const int BufferSize = 64 << 10;

    private readonly SocketTransportFactory _sockets = new(
        Options.Create(new SocketTransportOptions
        {
            UnsafePreferInlineScheduling = true,

            // A first read of no bytes, to own no buffer while a connection is idle, is one system call more for each request.
            WaitForDataBeforeAllocatingBuffer = false,

            // What a visitor who asks on and on, and does not read, makes us hold. The server's own limit of 1 MiB is made for bodies.
            MaxReadBufferSize = BufferSize,
            CreateBoundListenSocket = Bind,
            Backlog = 4_096,
        }),
        logging);

    public bool CanBind(EndPoint endpoint) =>
        endpoint is IPEndPoint ip && ip.Port == settings.EdgeUrl.Port
        && (IPAddress.TryParse(settings.EdgeUrl.DnsSafeHost, out var address) ? address.Equals(ip.Address) : IPAddress.IsLoopback(ip.Address));

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _sockets.BindAsync(endpoint, cancellationToken);

    private static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

        // Connections inherit it; else the kernel would keep megabytes of answers, and so clicks, for each one that does not read.
        socket.SendBufferSize = BufferSize;
        return socket;
    }
}
