using System.Globalization;
using LinkTracker.Contracts.Links;
using LinkTracker.Contracts.Security;

namespace LinkTracker.ServiceDefaults;

/// <summary>What texts of settings mean; null or false: not allowed.</summary>
internal static class SettingValues
{
    private const int MinimumKeyLength = 16;
    private const int MaximumNameLength = 64;

    public static int? Number(string text, int from, int to) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to ? number : null;

    /// <summary>True for <paramref name="yes"/>, false for <paramref name="no"/>, in any case.</summary>
    public static bool? Choice(string text, string no, string yes)
    {
        if (text.Equals(yes, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return text.Equals(no, StringComparison.OrdinalIgnoreCase) ? false : null;
    }

    /// <summary>
    /// What a client can send behind <c>Bearer</c> and get there unchanged. Beyond ASCII it cannot: browsers send Latin-1 or refuse,
    /// curl sends what the terminal does, and the server reads UTF-8.
    /// </summary>
    public static bool IsBearerKey(string text) =>
        text.Length >= MinimumKeyLength && text.All(c => c is >= ' ' and <= '~') && text.Trim().Length == text.Length;

    public static byte[]? Secret(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= InstallationKeys.MinimumSecretBytes ? bytes[..length] : null;
    }

    /// <summary>Scheme, host and port, with the host in the form in which browsers send it.</summary>
    public static Uri? Origin(string text) => Page(text) is { PathAndQuery: "/", Fragment: "" } url ? url : null;

    /// <summary>
    /// Where to listen. Another name than localhost says nothing about interfaces: the server would listen on all of them.
    /// </summary>
    public static Uri? ListenAddress(string text)
    {
        // Port 0, any free one, is no target but a proper place to listen.
        var isAny = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Port == 0;
        var isPlain = url is { Scheme: "http", PathAndQuery: "/", Fragment: "", UserInfo: "" }
            && (url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || url.Host == "localhost");
        return isPlain && (isAny || Origin(text) is not null) ? url : null;
    }

    public static Uri? Page(string text) => TargetUrl.TryCanonicalise(text, [], out var url, out _) ? new Uri(url) : null;

    public static bool IsParameterName(string text) =>
        text.Length <= MaximumNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~');

    // RFC 9110, token.
    public static bool IsHeaderName(string text) =>
        text.Length <= MaximumNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    public static string? Currency(string text) =>
        text.Length == 3 && text.All(char.IsAsciiLetter) ? text.ToLowerInvariant() : null;

    /// <summary>Hosts with ports, separated by commas.</summary>
    public static bool IsHostList(string text) => text.Split(',').All(host =>
        Uri.TryCreate("kafka://" + host.Trim(), UriKind.Absolute, out var url) && url is { Port: > 0, Host.Length: > 0, UserInfo: "", Fragment: "", PathAndQuery: "" or "/" });

    /// <summary>Names or addresses with commas between; null when one is neither.</summary>
    public static IReadOnlyList<string>? Hosts(string value)
    {
        var hosts = value.Split(',', StringSplitOptions.TrimEntries);
        return hosts.All(host => Uri.CheckHostName(host) != UriHostNameType.Unknown) ? hosts : null;
    }
}
