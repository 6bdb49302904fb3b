using System.Buffers;
using System.Text;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.FastLane;

/// <summary>
/// Reads header lines, keeps what a redirect needs, and refuses what it must not pass over: names that are no tokens, values with
/// control characters, anything that announces a body or a change of the connection, and a kept name that comes twice.
/// </summary>
internal sealed class HeaderFields(Settings settings)
{
    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"u8);

    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(b => b != '\t').Select(b => (byte)b), 127]);

    private readonly byte[] _countryName = Encoding.ASCII.GetBytes(settings.CountryHeader ?? "");
    private readonly byte[] _addressName = Encoding.ASCII.GetBytes(settings.AddressHeader ?? "");

    public bool TryRead(ReadOnlySpan<byte> line, ref RedirectRequest request)
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
