using System.Buffers;
using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;
using LinkTracker.ServiceDefaults;

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
internal sealed class HeadParser(Settings settings)
{
    /// <summary>The server's own limit (KestrelServerLimits.MaxRequestHeaderCount), which it answers 431 beyond.</summary>
    private const int MaxHeaders = 100;

    private static readonly SearchValues<byte> PathBytes =
        SearchValues.Create("-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"u8);

    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"u8);

    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(b => b != '\t').Select(b => (byte)b), 127]);

    private readonly byte[] _countryName = Encoding.ASCII.GetBytes(settings.CountryHeader ?? "");
    private readonly byte[] _addressName = Encoding.ASCII.GetBytes(settings.AddressHeader ?? "");

    private static ReadOnlySpan<byte> Version => " HTTP/1.1"u8;

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
            return kind == HeadKind.Incomplete && StartsLikeGet(bytes) ? HeadKind.Incomplete : HeadKind.Other;
        }

        if (!TryReadRequestLine(line, ref request))
        {
            return HeadKind.Other;
        }

        for (var headers = 0; (kind = TakeLine(ref rest, ref line)) == HeadKind.Plain; headers++)
        {
            if (line.IsEmpty)
            {
                length = bytes.Length - rest.Length;
                return request.Host.IsEmpty ? HeadKind.Other : HeadKind.Plain;
            }

            if (headers == MaxHeaders || !TryReadHeader(line, ref request))
            {
                return HeadKind.Other;
            }
        }

        return kind;
    }

    private static bool StartsLikeGet(ReadOnlySpan<byte> bytes)
    {
        var start = "GET /"u8;
        return bytes.Length < start.Length ? start.StartsWith(bytes) : bytes.StartsWith(start);
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

    private static bool TryReadRequestLine(ReadOnlySpan<byte> line, ref RedirectRequest request)
    {
        if (!line.StartsWith("GET /"u8) || !line.EndsWith(Version) || line.Length < 5 + Version.Length)
        {
            return false;
        }

        var target = line[5..^Version.Length];
        var queryAt = target.IndexOf((byte)'?');
        var path = queryAt < 0 ? target : target[..queryAt];
        request.Method = ClickMethod.Get;
        request.Key = path;
        request.Query = queryAt < 0 ? default : target[(queryAt + 1)..];
        return path.Length <= LinkRecord.MaxKeyBytes
            && !path.ContainsAnyExcept(PathBytes)
            && !HasEmptyOrDotSegment(path)
            && !request.Query.ContainsAnyExceptInRange((byte)'!', (byte)'~');
    }

    private static bool HasEmptyOrDotSegment(ReadOnlySpan<byte> path) =>
        path.StartsWith("."u8) || path.StartsWith("/"u8) || path.IndexOf("/."u8) >= 0 || path.IndexOf("//"u8) >= 0;

    private bool TryReadHeader(ReadOnlySpan<byte> line, ref RedirectRequest request)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        return !name.ContainsAnyExcept(NameBytes) && !value.ContainsAny(ControlBytes) && TryKeep(name, value, ref request);
    }

    /// <summary>Keeps what a redirect needs. False for what it must not pass over, and for a kept name that comes twice or without a value.</summary>
    private bool TryKeep(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref RedirectRequest request)
    {
        if (Is(name, _countryName))
        {
            return TryKeep(value, ref request.Country);
        }

        if (Is(name, _addressName))
        {
            return TryKeep(value, ref request.ForwardedFor);
        }

        // By length first: few names have the same, and one comparison settles it.
        switch (name.Length)
        {
            case 4 when Is(name, "host"u8):
                return IsHost(value) && TryKeep(value, ref request.Host);
            case 5 when Is(name, "x-moz"u8):
            case 7 when Is(name, "purpose"u8):
            case 11 when Is(name, "sec-purpose"u8):
                request.LooksAhead |= Visitor.IsPrefetch(value);
                return true;
            case 6 when Is(name, "expect"u8):
            case 7 when Is(name, "upgrade"u8):
            case 14 when Is(name, "content-length"u8):
            case 17 when Is(name, "transfer-encoding"u8):
                return false;
            case 7 when Is(name, "referer"u8):
                return TryKeep(value, ref request.Referer);
            case 10 when Is(name, "user-agent"u8):
                return TryKeep(value, ref request.UserAgent);
            case 10 when Is(name, "connection"u8):
                return Is(value, "keep-alive"u8);
            case 15 when Is(name, "accept-language"u8):
                return TryKeep(value, ref request.AcceptLanguage);
            default:
                return true;
        }
    }

    private static bool TryKeep(ReadOnlySpan<byte> value, ref ReadOnlySpan<byte> kept)
    {
        var isOnly = kept.IsEmpty && !value.IsEmpty;
        kept = value;
        return isOnly;
    }

    private static bool IsHost(ReadOnlySpan<byte> host)
    {
        var colon = host.IndexOf((byte)':');
        var name = colon < 0 ? host : host[..colon];
        var port = colon < 0 ? "0"u8 : host[(colon + 1)..];
        return !name.IsEmpty && host.Length <= Domains.MaxHostBytes && !name.ContainsAnyExcept(HostBytes)
            && !port.IsEmpty && !port.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase) => text.Length == lowerCase.Length && Ascii.EqualsIgnoreCase(text, lowerCase);
}
