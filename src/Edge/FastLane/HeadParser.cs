using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge.FastLane;

internal enum HeadKind
{
    /// <summary>All lines so far are plain, and the last of them is still to come.</summary>
    Incomplete,

    /// <summary>A whole request that the fast lane may answer.</summary>
    Plain,

    /// <summary>Anything else, malformed requests included: it is the HTTP pipeline's to judge.</summary>
    Other,
}

/// <summary>
/// Reads the head of a request, and takes it only when nobody could read it in another way: every request that two parsers might
/// disagree about is left to the server's own.
/// </summary>
/// <remarks>
/// Taken is <c>GET /key</c> with an optional query and HTTP/1.1, where
/// <list type="bullet">
/// <item>every line ends with CR LF, and neither stands anywhere else (RFC 9112, section 2.2);</item>
/// <item>the path needs no decoding and no removal of dot segments;</item>
/// <item>header names are tokens, values have no control characters, and no line is folded (RFC 9112, section 5);</item>
/// <item>there is exactly one Host, a name with an optional port (RFC 9110, section 7.2);</item>
/// <item>no header says that a body follows, or that the connection is to change or to end.</item>
/// </list>
/// </remarks>
internal sealed class HeadParser(HeaderFields headers)
{
    /// <summary>The server's own limit (KestrelServerLimits.MaxRequestHeaderCount), which it answers 431 beyond.</summary>
    private const int MaxHeaders = 100;

    /// <param name="bytes">From the start of a request; more may follow it.</param>
    /// <param name="request">What a plain request says, as slices of the bytes.</param>
    /// <param name="length">Of a plain request's head, its last line included.</param>
    public HeadKind Parse(ReadOnlySpan<byte> bytes, ref RedirectRequest request, out int length)
    {
        length = 0;
        var rest = bytes;
        ReadOnlySpan<byte> line = default;
        var kind = TakeLine(ref rest, ref line);
        if (kind != HeadKind.Plain)
        {
            // What is no GET of a path needs no second line to be known as such.
            return kind == HeadKind.Incomplete && RequestLine.CanBegin(bytes) ? HeadKind.Incomplete : HeadKind.Other;
        }

        if (!RequestLine.TryRead(line, ref request))
        {
            return HeadKind.Other;
        }

        for (var lines = 0; (kind = TakeLine(ref rest, ref line)) == HeadKind.Plain; lines++)
        {
            if (line.IsEmpty)
            {
                length = bytes.Length - rest.Length;
                return request.Host.IsEmpty ? HeadKind.Other : HeadKind.Plain;
            }

            if (lines == MaxHeaders || !headers.TryRead(line, ref request))
            {
                return HeadKind.Other;
            }
        }

        return kind;
    }

    /// <summary>A line without its end. Other: a CR or LF that does not stand where it should.</summary>
    private static HeadKind TakeLine(ref ReadOnlySpan<byte> rest, ref ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0 || (end == rest.Length - 1 && rest[end] == '\r'))
        {
            return HeadKind.Incomplete;
        }

        if (rest[end] != '\r' || rest[end + 1] != '\n')
        {
            return HeadKind.Other;
        }

        line = rest[..end];
        rest = rest[(end + 2)..];
        return HeadKind.Plain;
    }
}
