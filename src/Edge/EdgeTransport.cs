using System.Net;
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
    private readonly SocketTransportFactory _sockets = new(
        Options.Create(new SocketTransportOptions
        {
            UnsafePreferInlineScheduling = true,

            // A first read of no bytes, to own no buffer while a connection is idle, is one system call more for each request.
            WaitForDataBeforeAllocatingBuffer = false,
            Backlog = 4_096,
        }),
        logging);

    public bool CanBind(EndPoint endpoint) =>
        endpoint is IPEndPoint ip && ip.Port == settings.EdgeUrl.Port
        && (IPAddress.TryParse(settings.EdgeUrl.DnsSafeHost, out var address) ? address.Equals(ip.Address) : IPAddress.IsLoopback(ip.Address));

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _sockets.BindAsync(endpoint, cancellationToken);
}
