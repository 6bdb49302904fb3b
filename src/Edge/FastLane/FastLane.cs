using System.IO.Pipelines;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Redirects;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace LinkTracker.Edge.FastLane;

/// <summary>
/// Answers plain redirects on the connection itself, where nothing of the HTTP pipeline is paid for, and hands every other request
/// to that pipeline, with the rest of its connection and untouched. Both ways share <see cref="Redirector"/>, and the tests of both.
/// </summary>
internal sealed class FastLane(
    HeadParser parser, AnswerWriter answers, Redirector redirector, ClickLog clicks, EdgeMetrics metrics,
    IOptions<KestrelServerOptions> server, TimeProvider clock)
{
    public ClickLog Clicks => clicks;

    public EdgeMetrics Metrics => metrics;

    /// <summary>Serves a connection to its end. It must be marked as <see cref="EdgeConnection"/>.</summary>
    public async Task ServeAsync(ConnectionContext connection, EdgeConnection edge, ConnectionDelegate pipeline)
    {
        if (await IsHandedOverAsync(connection, edge))
        {
            metrics.HandOver();
            await pipeline(connection);
        }
    }

    public HeadKind Parse(ReadOnlySpan<byte> bytes, ref RedirectRequest request, out int length) => parser.Parse(bytes, ref request, out length);

    /// <summary>Writes the answer to a plain request, and records its click.</summary>
    public ClickWait Answer(scoped in RedirectRequest request, PipeWriter output, bool closes)
    {
        var redirection = redirector.Resolve(request);
        if (redirection.Outcome == RedirectOutcome.Redirect)
        {
            return answers.WriteRedirect(output, redirection, request, closes);
        }

        answers.WriteOther(output, redirection, closes);
        return default;
    }

    /// <summary>Writes the answer to a request that did not come in time.</summary>
    public void AnswerLate(PipeWriter output) => answers.WriteTimeout(output, clock.GetUtcNow().ToUnixTimeMilliseconds());

    private async Task<bool> IsHandedOverAsync(ConnectionContext connection, EdgeConnection edge)
    {
        using var watch = new ConnectionWatch(connection, server.Value.Limits);
        try
        {
            return await new FastConnection(this, connection, edge.Waiter, watch).RunAsync();
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException)
        {
            // The visitor went away.
            return false;
        }
    }
}
