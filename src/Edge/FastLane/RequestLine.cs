using System.Buffers;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;

namespace LinkTracker.Edge.FastLane;

/// <summary>Reads <c>GET /key HTTP/1.1</c>, with an optional query, where the path needs no decoding and no removal of dot segments.</summary>
internal static class RequestLine
{
    private static readonly SearchValues<byte> PathBytes =
        SearchValues.Create("-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"u8);

    private static ReadOnlySpan<byte> Version => " HTTP/1.1"u8;

    /// <summary>Whether the line can still become one of these.</summary>
    public static bool CanBegin(ReadOnlySpan<byte> bytes)
    {
        var start = "GET /"u8;
        return bytes.Length < start.Length ? start.StartsWith(bytes) : bytes.StartsWith(start);
    }

    public static bool TryRead(ReadOnlySpan<byte> line, ref RedirectRequest request)
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
}
