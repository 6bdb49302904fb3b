using LinkTracker.Edge.Clicks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LinkTracker.Edge;

/// <summary>
/// Stands at every connection that came in by the redirect port. What a request may do is told by this and by nothing that
/// it says itself, so the Edge and the API can share one process and still be two servers.
/// </summary>
internal sealed class EdgeConnection
{
    /// <summary>Waits for the commit of the click that is being answered; HTTP/1.1 answers one after the other.</summary>
    public CommitWaiter Waiter { get; } = new();

    /// <summary>Makes a listener the redirect port.</summary>
    /// <param name="hasFastLane">Whether plain requests are answered in front of the HTTP pipeline.</param>
    public static void Mark(ListenOptions listen, bool hasFastLane)
    {
        // HTTP/1.1 is what the proxy in front speaks, and the only framing whose strictness the tests hold fast.
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(pipeline =>
        {
            var lane = hasFastLane ? listen.ApplicationServices.GetRequiredService<FastLane.FastLane>() : null;
            return connection =>
            {
                var edge = new EdgeConnection();
                connection.Features.Set(edge);
                return lane is null ? pipeline(connection) : lane.ServeAsync(connection, edge, pipeline);
            };
        });
    }

    /// <summary>Whether the request came in by the redirect port.</summary>
    public static bool IsOf(HttpContext context) => context.Features.Get<EdgeConnection>() is not null;

    /// <exception cref="InvalidOperationException">The request came in by another port.</exception>
    public static EdgeConnection Of(HttpContext context) => context.Features.GetRequiredFeature<EdgeConnection>();
}
