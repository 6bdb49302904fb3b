using System.Buffers;
using System.Text;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Redirects;

/// <summary>What the headers of a request tell of a visit, cut down to what a click may hold. All of it is the visitor's claim.</summary>
internal static class Visitor
{
    private static readonly SearchValues<byte> LanguageBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:[]"u8);

    /// <summary>
    /// Writes scheme, host and port of a <c>Referer</c> in lower case, and returns their length: 0 when it is not such a URL. Path,
    /// query and user name are personal and stay behind.
    /// </summary>
    /// <param name="destination">At least <see cref="ClickCodec.MaxReferrer"/> bytes.</param>
    public static int WriteOrigin(ReadOnlySpan<byte> referrer, Span<byte> destination)
    {
        var mark = referrer.IndexOf("://"u8);
        if (mark <= 0 || !IsKnownScheme(referrer[..mark]))
        {
            return 0;
        }

        var authority = referrer[(mark + 3)..];
        var end = authority.IndexOfAny("/?#\\"u8);
        authority = end < 0 ? authority : authority[..end];
        authority = authority[(authority.LastIndexOf((byte)'@') + 1)..];
        var length = mark + 3 + authority.Length;
        if (authority.IsEmpty || length > ClickCodec.MaxReferrer || authority.ContainsAnyExcept(HostBytes))
        {
            return 0;
        }

        _ = Ascii.ToLower(referrer[..mark], destination, out _);
        "://"u8.CopyTo(destination[mark..]);
        _ = Ascii.ToLower(authority, destination[(mark + 3)..], out _);
        return length;
    }

    /// <summary>The first language of <c>Accept-Language</c>; empty when there is none of the right form.</summary>
    public static ReadOnlySpan<byte> FirstLanguage(ReadOnlySpan<byte> acceptLanguage)
    {
        var end = acceptLanguage.IndexOfAny((byte)',', (byte)';');
        var first = (end < 0 ? acceptLanguage : acceptLanguage[..end]).Trim((byte)' ');
        return first.Length > ClickCodec.MaxLanguage || first.ContainsAnyExcept(LanguageBytes) ? default : first;
    }

    /// <summary>Writes a country as two upper-case letters, and returns 2; 0 when the text is no country.</summary>
    public static int WriteCountry(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text = text.Trim((byte)' ');
        if (text.Length != 2 || !char.IsAsciiLetter((char)text[0]) || !char.IsAsciiLetter((char)text[1]))
        {
            return 0;
        }

        _ = Ascii.ToUpper(text, destination, out _);

        // Proxies say XX when they do not know.
        return destination.StartsWith("XX"u8) ? 0 : 2;
    }

    /// <summary>Whether a purpose header says that a program looks ahead and no person has clicked yet.</summary>
    public static bool IsPrefetch(ReadOnlySpan<byte> purpose) =>
        Contains(purpose, "prefetch"u8) || Contains(purpose, "prerender"u8) || Contains(purpose, "preview"u8);

    private static bool Contains(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        for (; text.Length >= word.Length; text = text[1..])
        {
            if (Ascii.EqualsIgnoreCase(text[..word.Length], word))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsKnownScheme(ReadOnlySpan<byte> scheme) =>
        Ascii.EqualsIgnoreCase(scheme, "https"u8) || Ascii.EqualsIgnoreCase(scheme, "http"u8)
        || Ascii.EqualsIgnoreCase(scheme, "android-app"u8) || Ascii.EqualsIgnoreCase(scheme, "ios-app"u8);
}
