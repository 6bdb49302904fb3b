using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LinkTracker.ServiceDefaults;

/// <summary>Turns an address of the settings, an IP address or localhost, into a listening socket. Port 0 takes any free port.</summary>
public static class Listener
{
    public static void Bind(KestrelServerOptions kestrel, Uri url, Action<ListenOptions>? configure = null)
    {
        configure ??= _ => { };
        if (IPAddress.TryParse(url.DnsSafeHost, out var address))
        {
            kestrel.Listen(address, url.Port, configure);
        }
        else if (url.Port > 0)
        {
            kestrel.ListenLocalhost(url.Port, configure);
        }
        else
        {
            // Two sockets, for IPv4 and IPv6, cannot be promised the same port.
            kestrel.Listen(IPAddress.Loopback, 0, configure);
        }
    }
}
