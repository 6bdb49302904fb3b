using System.Globalization;
using System.Text;

namespace LinkTracker.Contracts.Links;

/// <summary>The rules of keys that people choose.</summary>
public static class LinkKey
{
    // The Edge answers the first two itself; the others belong to the operator's own site or to crawlers.
    private static readonly HashSet<string> Reserved =
        new(["healthz", "readyz", "stats", "robots.txt", "favicon.ico"], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether the text may be a key. Letters and digits of any alphabet, <c>-</c>, <c>_</c>, <c>.</c>, <c>~</c>, and <c>/</c> between parts;
    /// 1 to 190 characters; not reserved. On false, <paramref name="error"/> says what to change.
    /// </summary>
    public static bool IsValid(string? key, out string error)
    {
        error = FindFault(key) ?? "";
        return error.Length == 0;
    }

    private static string? FindFault(string? key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > ShortCode.MaxKeyLength)
        {
            return $"A key has 1 to {ShortCode.MaxKeyLength} characters.";
        }

        if (FindBadCharacter(key) is { } bad)
        {
            return $"A key is made of letters, digits, '-', '_', '.', '~' and '/': remove {bad}.";
        }

        if (!key.EnumerateRunes().Any(Rune.IsLetterOrDigit))
        {
            return "A key has at least one letter or digit.";
        }

        if (key.Split('/').Any(part => part is "" or "." or ".."))
        {
            return "The parts of a key between slashes must not be empty, '.' or '..', and no slash stands at its ends.";
        }

        return FindReserved(key);
    }

    private static string? FindReserved(string key)
    {
        if (key.StartsWith('_'))
        {
            return "Keys that start with '_' are reserved: choose another first character.";
        }

        if (key.EndsWith(".php", StringComparison.OrdinalIgnoreCase))
        {
            return "Keys that end in '.php' are refused, because only scanners ask for them: choose another ending.";
        }

        return Reserved.Contains(key) ? $"The key '{key}' is reserved: choose another." : null;
    }

    private static string? FindBadCharacter(string key)
    {
        for (var at = 0; at < key.Length;)
        {
            if (!Rune.TryGetRuneAt(key, at, out var rune))
            {
                return "the broken character (half a surrogate pair)";
            }

            if (!IsAllowed(rune))
            {
                return Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
                    ? $"the invisible character U+{rune.Value:X4}"
                    : $"'{rune}'";
            }

            at += rune.Utf16SequenceLength;
        }

        return null;
    }

    private static bool IsAllowed(Rune rune) => rune.Value is '-' or '_' or '.' or '~' or '/' || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
