using System.Buffers;
using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Links;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Primitives;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Answers every request on the redirect port that comes through the server's own HTTP pipeline. In order:
/// <code>
///   1  refuse what is not a plain GET or HEAD      no body is ever read here
///   2  answer the Edge's own few paths
///   3  read the request                            headers are bytes, one for each character
///   4  redirect                                    see <see cref="Redirector"/>
///   5  wait                                        the answer leaves when the record is safe, or the longest wait is over
/// </code>
/// </summary>
internal sealed class RedirectEndpoint(Redirector redirector, ClickLog clicks, EdgeMetrics metrics, EdgePaths paths, Settings settings)
{
    private const int ReferrerBytes = 2_048;

    private static readonly StringValues NoStore = "private, no-store";
    private static readonly StringValues NoIndex = "noindex";

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
        return paths.TryAnswer(request.Path.Value ?? "", context, out var answered) ? answered : Answer(context);
    }

    private Task Answer(HttpContext context)
    {
        // :: 3
        var request = context.Request;
        var headers = request.Headers;
        var path = request.Path.Value.AsSpan();
        Span<byte> peer = stackalloc byte[VisitorAddress.MaxLength];
        var plain = new RedirectRequest
        {
            Method = request.Method == "HEAD" ? ClickMethod.Head : ClickMethod.Get,
            Host = AsSent(headers.Host, stackalloc byte[Domains.MaxHostBytes]),
            Key = Utf8(path[Math.Min(1, path.Length)..], stackalloc byte[LinkRecord.MaxKeyBytes]),
            UserAgent = AsSent(headers.UserAgent, stackalloc byte[ClickCodec.MaxUserAgent + 1]),
            AcceptLanguage = AsSent(headers.AcceptLanguage, stackalloc byte[128]),
            Referer = AsSent(headers.Referer, stackalloc byte[ReferrerBytes]),
            Country = settings.CountryHeader is { } country ? AsSent(headers[country], stackalloc byte[32]) : default,
            ForwardedFor = settings.AddressHeader is { } address ? LastAsSent(headers[address], stackalloc byte[64]) : default,
            PeerAddress = peer[..VisitorAddress.Write(context.Connection.RemoteIpAddress, peer)],
            LooksAhead = LooksAhead(headers),
        };

        // :: 4
        var queryText = request.QueryString.Value.AsSpan();
        queryText = queryText.IsEmpty ? queryText : queryText[1..];
        var found = redirector.Resolve(plain);
        return found.Outcome == RedirectOutcome.Redirect ? Redirect(context, found, ref plain, queryText) : AnswerWithout(context, found.Found);
    }

    private Task Redirect(HttpContext context, scoped in Redirection found, scoped ref RedirectRequest plain, ReadOnlySpan<char> queryText)
    {
        var queryBytes = Encoding.UTF8.GetMaxByteCount(queryText.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(queryBytes + redirector.MaxLocationLength(found, queryBytes));
        try
        {
            var query = buffer.AsSpan(0, Encoding.UTF8.GetBytes(queryText, buffer));
            plain.Query = query;
            var location = buffer.AsSpan(query.Length);
            var length = redirector.Complete(found, plain, location, out var wait);
            SetLocation(context.Response, found.Link.Status, Encoding.ASCII.GetString(location[..length]));

            // :: 5
            var recorded = clicks.WaitAsync(wait, EdgeConnection.Of(context).Waiter);
            return recorded.IsCompletedSuccessfully ? Task.CompletedTask : recorded.AsTask();
        }
        finally
        {
            // Whatever refers to it has been copied.
            plain.Query = default;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Task AnswerWithout(HttpContext context, scoped in Resolution found)
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
        metrics.Refused();
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

    private static bool LooksAhead(IHeaderDictionary headers) =>
        Visitor.IsPrefetch(AsSent(headers["Sec-Purpose"], stackalloc byte[64]))
        || Visitor.IsPrefetch(AsSent(headers["Purpose"], stackalloc byte[64]))
        || Visitor.IsPrefetch(AsSent(headers["X-Moz"], stackalloc byte[64]));

    /// <summary>The first bytes of a header, as they were on the wire: the server reads headers as Latin-1.</summary>
    private static ReadOnlySpan<byte> AsSent(string? text, Span<byte> bytes) =>
        bytes[..Encoding.Latin1.GetBytes(text.AsSpan(0, Math.Min(text?.Length ?? 0, bytes.Length)), bytes)];

    /// <summary>The end of the last of the headers of one name.</summary>
    private static ReadOnlySpan<byte> LastAsSent(StringValues values, Span<byte> bytes) =>
        values is [.., { } last] ? AsSent(last[Math.Max(last.Length - bytes.Length, 0)..], bytes) : default;

    /// <summary>The text in UTF-8; empty when it is too long to be what it should be.</summary>
    private static ReadOnlySpan<byte> Utf8(ReadOnlySpan<char> text, Span<byte> bytes) =>
        Encoding.UTF8.TryGetBytes(text, bytes, out var written) ? bytes[..written] : default;
}
