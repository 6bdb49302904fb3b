using System.Buffers;
using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Primitives;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Answers every request on the redirect port. A click goes through these steps:
/// <code>
///   1  refuse what is not a plain GET or HEAD      no body is ever read here
///   2  answer the Edge's own few paths
///   3  find the link                               memory only
///   4  mint the click's token
///   5  write the Location                          before 6, because the link's bytes are this thread's until it looks again
///   6  record the click                            the answer leaves when the record is safe, or the longest wait is over
/// </code>
/// </summary>
internal sealed class RedirectEndpoint
{
    private static readonly StringValues NoStore = "private, no-store";
    private static readonly StringValues NoIndex = "noindex";

    private readonly RedirectResolver _resolver;
    private readonly ClickFacts _facts;
    private readonly ClickLog _clicks;
    private readonly InstallationKeys _keys;
    private readonly ClickClock _clock;
    private readonly EdgeMetrics _metrics;
    private readonly EdgePaths _paths;
    private readonly LocationWriter _location;

    public RedirectEndpoint(
        RedirectResolver resolver, ClickFacts facts, ClickLog clicks, InstallationKeys keys, ClickClock clock,
        EdgeMetrics metrics, EdgePaths paths, Settings settings)
    {
        (_resolver, _facts, _clicks, _keys) = (resolver, facts, clicks, keys);
        (_clock, _metrics, _paths) = (clock, metrics, paths);
        _location = new LocationWriter(Encoding.ASCII.GetBytes(settings.TokenParameter));
    }

    public Task Invoke(HttpContext context)
    {
        var request = context.Request;
        context.Response.Headers.CacheControl = NoStore;
        context.Response.Headers["X-Robots-Tag"] = NoIndex;

        // :: 1
        if (request.Method is not ("GET" or "HEAD") || request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            return Refuse(context);
        }

        // :: 2
        var path = request.Path.Value ?? "";
        if (_paths.TryAnswer(path, context, out var answered))
        {
            return answered;
        }

        // :: 3
        Span<byte> key = stackalloc byte[Links.LinkRecord.MaxKeyBytes];
        Span<byte> host = stackalloc byte[Links.Domains.MaxHostBytes];
        var (nowMs, sequence) = _clock.Next();
        var found = _resolver.Resolve(Utf8(request.Host.Value, host), Utf8(path.AsSpan(Math.Min(1, path.Length)), key), nowMs);
        _metrics.Answered(found.Outcome);
        return found.Outcome == RedirectOutcome.Redirect
            ? Redirect(context, found, new ClickIdentity(nowMs, (ushort)_clicks.EdgeId, (ushort)_clicks.Boot, sequence))
            : AnswerWithout(context, found);
    }

    private Task Redirect(HttpContext context, Resolution found, ClickIdentity identity)
    {
        var link = found.Link;
        var queryText = context.Request.QueryString.Value.AsSpan();
        queryText = queryText.IsEmpty ? queryText : queryText[1..];
        var buffer = ArrayPool<byte>.Shared.Rent(
            (3 * queryText.Length) + _location.MaxLength(link.Url.Length, 3 * queryText.Length, ClickToken.TextLength));
        try
        {
            var query = buffer.AsSpan(0, Encoding.UTF8.GetBytes(queryText, buffer));

            // :: 4
            var token = _keys.Mint(link.Id, identity);
            Span<byte> tokenText = stackalloc byte[link.TrackConversion ? ClickToken.TextLength : 0];
            if (link.TrackConversion)
            {
                token.FormatUtf8(tokenText);
            }

            // :: 5
            var location = buffer.AsSpan(query.Length);
            var length = _location.Write(link.Url, query, link.QueryPolicy, tokenText, location);
            SetLocation(context.Response, link.Status, Encoding.ASCII.GetString(location[..length]));

            // :: 6
            var recorded = _facts.Record(context, identity.OccurredAtMs, token, link.Channel, query, _clicks);
            return recorded.IsCompletedSuccessfully ? Task.CompletedTask : recorded.AsTask();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Task AnswerWithout(HttpContext context, Resolution found)
    {
        if (found.Outcome == RedirectOutcome.Loading)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            context.Response.ContentLength = 0;
            return Task.CompletedTask;
        }

        if (!found.Fallback.IsEmpty)
        {
            SetLocation(context.Response, StatusCodes.Status302Found, Encoding.ASCII.GetString(found.Fallback));
            return Task.CompletedTask;
        }

        var page = found.Outcome == RedirectOutcome.Expired ? AnswerPage.Expired : AnswerPage.NotFound;
        return page.SendAsync(context);
    }

    private Task Refuse(HttpContext context)
    {
        _metrics.Refused();
        var response = context.Response;
        var isOther = context.Request.Method is not ("GET" or "HEAD");
        response.StatusCode = isOther ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status400BadRequest;
        response.ContentLength = 0;
        if (isOther)
        {
            response.Headers.Allow = "GET, HEAD";
        }

        // Whatever follows on this connection may be a body, and must not be taken for a request.
        response.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    private static void SetLocation(HttpResponse response, int status, string location)
    {
        response.StatusCode = status;
        response.Headers.Location = location;
        response.ContentLength = 0;
    }

    /// <summary>The text in UTF-8; empty when it is too long to be what it should be.</summary>
    private static ReadOnlySpan<byte> Utf8(ReadOnlySpan<char> text, Span<byte> bytes) =>
        Encoding.UTF8.TryGetBytes(text, bytes, out var written) ? bytes[..written] : default;
}
