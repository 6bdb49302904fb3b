using System.Buffers;
using System.Security.Cryptography;

namespace LinkTracker.Contracts.Links;

/// <summary>The rules of codes: how they are made and how typed ones are compared.</summary>
public static class ShortCode
{
    /// <summary>Lower-case letters and digits without 0, o, 1, i and l, which people mix up.</summary>
    public const string Alphabet = "23456789abcdefghjkmnpqrstuvwxyz";

    public const int MinimumLength = 7;

    /// <summary>A key's longest length, in characters.</summary>
    public const int MaxKeyLength = 190;

    /// <summary>A random code. The alphabet is its own normal form, so a made code has no look-alike but itself.</summary>
    public static string Generate(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>
    /// The shortest length at which a guess hits one of the live codes at most once in ten million tries, and never below 7.
    /// </summary>
    public static int LengthFor(long liveCodes)
    {
        var length = MinimumLength;
        for (var space = Math.Pow(Alphabet.Length, length); liveCodes / space > 1e-7; space *= Alphabet.Length)
        {
            length++;
        }

        return length;
    }

    /// <summary>
    /// The form under which codes that a person may take for each other are one: compatibility characters, case, dashes,
    /// invisible characters and white space around folded away, and letters of other alphabets replaced by the ASCII letter or
    /// digit they look like. ASCII is never folded into other ASCII but for case, so <c>0</c> and <c>o</c> stay two.
    /// </summary>
    /// <remarks>
    /// Idempotent, and defined for every string: half a surrogate pair becomes U+FFFD, which no key may hold, so such a text
    /// matches nothing. May be empty. A key that is its own normal form in ASCII comes back as the same instance.
    /// </remarks>
    public static string Normalise(string key) =>
        key.AsSpan().ContainsAnyExcept(NormalAscii) ? UnicodeForms.ComposeFolded(key).Trim() : key;

    /// <summary>Whether it is ASCII and its own normal form; false says nothing.</summary>
    public static bool IsPlainlyNormal(ReadOnlySpan<byte> key) => !key.ContainsAnyExcept(NormalBytes);

    private static readonly SearchValues<byte> NormalBytes = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_.~/"u8);

    private static readonly SearchValues<char> NormalAscii = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_.~/");
}
