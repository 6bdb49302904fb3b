using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace LinkTracker.Contracts.Links;

/// <summary>The rules of redirect targets, applied once when a link is made, so that answering a click cannot fail.</summary>
public static class TargetUrl
{
    /// <summary>The longest target, in characters, as given and as it goes into <c>Location</c>.</summary>
    public const int MaxLength = 8_000;

    // What RFC 3986 lets stand in path, query and fragment, and the brackets, which every browser sends as they are.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;=");

    /// <summary>
    /// Turns a target into the ASCII form that goes into <c>Location</c>: http or https, a host (IDN as punycode), path, query
    /// and fragment percent-encoded. On false, <paramref name="error"/> is a sentence that says what to change.
    /// </summary>
    /// <param name="ownHosts">Hosts (with port) of this installation's short links; a target there could loop.</param>
    public static bool TryCanonicalise(string? text, IReadOnlyCollection<string> ownHosts, out string url, out string error)
    {
        url = "";
        error = "";
        if (FindForbidden(text) is { } forbidden)
        {
            error = forbidden;
            return false;
        }

        if (!TrySplit(text!, out var scheme, out var authority, out var rest, out error)
            || !TryReadAuthority(authority, scheme, out var host, out var port, out error))
        {
            return false;
        }

        if (ownHosts.Any(own => IsSame(own, host, port)))
        {
            error = "The target is on this installation's own short domain, which could loop: give the final page.";
            return false;
        }

        var shownPort = port == DefaultPort(scheme) ? "" : ":" + port.ToString(CultureInfo.InvariantCulture);
        var canonical = $"{scheme}://{host}{shownPort}{Encode(rest)}";
        if (canonical.Length > MaxLength)
        {
            error = TooLong;
            return false;
        }

        url = canonical;
        return true;
    }

    private const string TooLong = "The target is longer than 8,000 characters: shorten it.";

    private static string? FindForbidden(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "The target is empty: give an address such as https://shop.example.com/page.";
        }

        if (text.Length > MaxLength)
        {
            return TooLong;
        }

        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsControl(text[at]) || char.IsWhiteSpace(text[at]))
            {
                return $"The target has a space or control character at position {at + 1}: remove it, or write %20 for a space.";
            }

            if (text[at] == '\\')
            {
                return "The target has a backslash, which browsers read as a slash: write '/' or %5C.";
            }

            if (char.IsSurrogate(text[at]) && !Rune.TryGetRuneAt(text, at, out _) && (at == 0 || !char.IsHighSurrogate(text[at - 1])))
            {
                return $"The target has a broken character at position {at + 1}: remove it.";
            }
        }

        return null;
    }

    private static bool TrySplit(string text, out string scheme, out string authority, out string rest, out string error)
    {
        scheme = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        (authority, rest, error) = ("", "", "");
        if (!text.StartsWith(scheme + "://", StringComparison.OrdinalIgnoreCase))
        {
            error = "The target must begin with http:// or https://.";
            return false;
        }

        var behind = text[(scheme.Length + 3)..];
        var end = behind.AsSpan().IndexOfAny('/', '?', '#');
        (authority, rest) = end < 0 ? (behind, "") : (behind[..end], behind[end..]);
        return true;
    }

    private static bool TryReadAuthority(string authority, string scheme, [NotNullWhen(true)] out string? host, out int port, out string error)
    {
        host = null;
        port = DefaultPort(scheme);
        error = "";
        if (authority.Contains('@', StringComparison.Ordinal))
        {
            error = "The target has a user name before its host, which hides where it leads: remove everything up to '@'.";
            return false;
        }

        var colon = authority.LastIndexOf(':');
        var hasPort = colon > authority.LastIndexOf(']');
        if (hasPort && !TryReadPort(authority[(colon + 1)..], out port))
        {
            error = "The port of the target must be a number from 1 to 65535.";
            return false;
        }

        if (!HostName.TryCanonicalise(hasPort ? authority[..colon] : authority, out host))
        {
            error = "The target has no valid host: give one such as shop.example.com.";
            return false;
        }

        return true;
    }

    private static bool TryReadPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65_535;

    private static int DefaultPort(string scheme) => scheme == "https" ? 443 : 80;

    // An own host without a port stands for both schemes' own ports: the proxy before the Edge serves either.
    private static bool IsSame(string own, string host, int port)
    {
        if (!TryReadAuthority(own, "http", out var ownHost, out var ownPort, out _))
        {
            return false;
        }

        var samePort = port == ownPort || (port is 80 or 443 && ownPort is 80 or 443);
        return samePort && (host == ownHost || (HostName.IsLoopback(host) && HostName.IsLoopback(ownHost)));
    }

    private static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (var at = 0; at < text.Length;)
        {
            var rune = Rune.GetRuneAt(text, at);
            if (IsPlain(text, at))
            {
                encoded.Append(text[at]);
            }
            else
            {
                foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    encoded.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
                }
            }

            at += rune.Utf16SequenceLength;
        }

        return encoded.ToString();
    }

    // A percent sign in front of two hex digits is an escape already; any other is itself a character to encode.
    private static bool IsPlain(string text, int at) =>
        Plain.Contains(text[at])
        || (text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]));
}
