using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LinkTracker.Edge;

/// <summary>
/// Stands at every connection that came in by the redirect port. What a request may do is told by this and by nothing that
/// it says itself, so the Edge and the API can share one process and still be two servers.
/// </summary>
internal sealed class EdgeConnection
{
    private static readonly EdgeConnection Instance = new();

    /// <summary>Makes a listener the redirect port.</summary>
    public static void Mark(ListenOptions listen)
    {
        // HTTP/1.1 is what the proxy in front speaks, and the only framing whose strictness the tests hold fast.
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            connection.Features.Set(Instance);
            return next(connection);
        });
    }

    /// <summary>Whether the request came in by the redirect port.</summary>
    public static bool IsOf(HttpContext context) => context.Features.Get<EdgeConnection>() is not null;
}
