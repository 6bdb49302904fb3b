using System.Buffers;
using System.Text;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge.FastLane;

/// <summary>
/// Writes whole answers, with the status, the headers and the bytes that the HTTP pipeline would give them. User bytes get into
/// the Location only, by <see cref="LocationWriter"/>.
/// </summary>
internal sealed class AnswerWriter(Redirector redirector)
{
    /// <summary>More than everything of a redirect but its Location takes.</summary>
    private const int FixedLength = 256;

    private readonly DateHeader _date = new();

    private static ReadOnlySpan<byte> EndOfLine => "\r\n"u8;

    /// <summary>Writes a <see cref="RedirectOutcome.Redirect"/> and records its click.</summary>
    public ClickWait WriteRedirect(IBufferWriter<byte> output, scoped in Redirection redirection, scoped in RedirectRequest request, bool closes)
    {
        var span = output.GetSpan(FixedLength + redirector.MaxLocationLength(redirection, request.Query.Length));
        var length = WriteStart(span, StatusLineOf(redirection.Link.Status), redirection.Identity.OccurredAtMs, closes);
        length += Copy("Content-Length: 0\r\nLocation: "u8, span[length..]);
        length += redirector.Complete(redirection, request, span[length..], out var wait);
        length += Copy("\r\n\r\n"u8, span[length..]);
        output.Advance(length);
        return wait;
    }

    /// <summary>Writes the answer to a request that led to no link, or to one that is over.</summary>
    public void WriteOther(IBufferWriter<byte> output, scoped in Redirection redirection, bool closes)
    {
        var now = redirection.Identity.OccurredAtMs;
        var fallback = redirection.Found.Fallback;
        switch (redirection.Outcome)
        {
            case RedirectOutcome.Loading:
                Write(output, "HTTP/1.1 503 Service Unavailable\r\n"u8, now, closes, "Retry-After: 1\r\nContent-Length: 0\r\n\r\n"u8, default);
                return;
            case var _ when !fallback.IsEmpty:
                Write(output, StatusLineOf(StatusCodes.Status302Found), now, closes, "Content-Length: 0\r\nLocation: "u8, fallback);
                output.Write("\r\n\r\n"u8);
                return;
            case RedirectOutcome.Expired:
                Write(output, "HTTP/1.1 410 Gone\r\n"u8, now, closes, AnswerPage.Expired.Headers, AnswerPage.Expired.Html);
                return;
            default:
                Write(output, "HTTP/1.1 404 Not Found\r\n"u8, now, closes, AnswerPage.NotFound.Headers, AnswerPage.NotFound.Html);
                return;
        }
    }

    /// <summary>Writes the answer to a request that did not arrive in time; the connection ends with it.</summary>
    public void WriteTimeout(IBufferWriter<byte> output, long nowMs)
    {
        output.Write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\nDate: "u8);
        output.Write(_date.At(nowMs));
        output.Write("\r\n\r\n"u8);
    }

    private void Write(
        IBufferWriter<byte> output, ReadOnlySpan<byte> statusLine, long nowMs, bool closes, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body)
    {
        var span = output.GetSpan(FixedLength + headers.Length + body.Length);
        var length = WriteStart(span, statusLine, nowMs, closes);
        length += Copy(headers, span[length..]);
        length += Copy(body, span[length..]);
        output.Advance(length);
    }

    /// <summary>The status line, and what every answer has.</summary>
    private int WriteStart(Span<byte> span, ReadOnlySpan<byte> statusLine, long nowMs, bool closes)
    {
        var length = Copy(statusLine, span);
        length += closes ? Copy("Connection: close\r\n"u8, span[length..]) : 0;
        length += Copy("Cache-Control: private, no-store\r\nX-Robots-Tag: noindex\r\nDate: "u8, span[length..]);
        length += Copy(_date.At(nowMs), span[length..]);
        return length + Copy(EndOfLine, span[length..]);
    }

    private static ReadOnlySpan<byte> StatusLineOf(int status) => status switch
    {
        StatusCodes.Status301MovedPermanently => "HTTP/1.1 301 Moved Permanently\r\n"u8,
        StatusCodes.Status302Found => "HTTP/1.1 302 Found\r\n"u8,
        StatusCodes.Status307TemporaryRedirect => "HTTP/1.1 307 Temporary Redirect\r\n"u8,
        _ => "HTTP/1.1 308 Permanent Redirect\r\n"u8,
    };

    private static int Copy(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        bytes.CopyTo(destination);
        return bytes.Length;
    }
}
