using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LinkTracker.Contracts.Links;

/// <summary>The host of a URL in the one form that names, addresses and their many spellings are compared in.</summary>
internal static class HostName
{
    /// <summary>The longest name that DNS can hold, as text.</summary>
    private const int MaxLength = 253;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>
    /// Lower case, IDN as punycode, without a dot at the end; IPv4 as four decimal numbers however it was written, because
    /// browsers read <c>2130706433</c> and <c>0x7f.1</c> as 127.0.0.1; IPv6 in brackets, shortened (RFC 5952).
    /// </summary>
    public static bool TryCanonicalise(string text, [NotNullWhen(true)] out string? host)
    {
        host = text.StartsWith('[') ? FromBrackets(text) : FromName(text);
        return host is not null;
    }

    /// <summary>Whether the canonical host is this machine, under any of its names.</summary>
    public static bool IsLoopback(string host) =>
        host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal)
        || (IPAddress.TryParse(host, out var address)
            && (IPAddress.IsLoopback(Unmapped(address)) || Unmapped(address).Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static string? FromBrackets(string text)
    {
        // A zone (%eth0) means something on one machine only.
        var isAddress = text.EndsWith(']') && !text.Contains('%', StringComparison.Ordinal)
            && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        return isAddress ? $"[{IPAddress.Parse(text)}]" : null;
    }

    private static string? FromName(string text)
    {
        // Checked first, so that nobody's endless run of marks is put into order.
        if (text.Length > MaxLength + 1 || ToAscii(text) is not { } name)
        {
            return null;
        }

        name = name.EndsWith('.') ? name[..^1] : name;
        var labels = name.Split('.');
        if (name.Length > MaxLength || !labels.All(IsLabel))
        {
            return null;
        }

        return IsNumber(labels[^1]) ? FromNumbers(name) : name;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(label[0]) && char.IsAsciiLetterOrDigit(label[^1])
        && !label.AsSpan().ContainsAnyExcept(NameCharacters);

    private static string? ToAscii(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var name = UnicodeForms.Compose(UnicodeForms.Compose(text).ToLowerInvariant()).Replace('\u3002', '.');
        if (!name.EnumerateRunes().All(IsNameCharacter))
        {
            return null;
        }

        try
        {
            return Idn.GetAscii(name);
        }
        catch (ArgumentException)
        {
            // The only way in which the class says that a label is too long or empty.
            return null;
        }
    }

    // What is no letter, digit or mark does not belong into a name (RFC 5892), but for emoji, which some registries sell,
    // and the punctuation of Catalan, Hebrew and Japanese names. Capitals without a small letter are left out.
    private static bool IsNameCharacter(Rune rune) =>
        rune.IsAscii || rune.Value is 0xB7 or 0x5F3 or 0x5F4 or 0x30FB
        || (rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.LowercaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.OtherSymbol && !IsInvisible(rune));

    // Variation selectors are marks; browsers drop them, which would make a second spelling.
    private static bool IsInvisible(Rune rune) => UnicodeTables.Folds.GetValueOrDefault(rune.Value) == UnicodeTables.Skipped;

    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label.StartsWith("0x", StringComparison.Ordinal) && label[2..].All(char.IsAsciiHexDigit));

    private static string? FromNumbers(string name) =>
        IPAddress.TryParse(name, out var address) && address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : null;
}
