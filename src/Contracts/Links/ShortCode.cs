using System.Security.Cryptography;
using System.Text;

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
    /// The form under which codes that a person may take for each other are one: compatibility characters, case,
    /// hyphens and look-alike letters of other alphabets folded away.
    /// </summary>
    public static string Normalise(string key)
    {
        var folded = new StringBuilder(key.Length);
        foreach (var c in key.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant())
        {
            if (c is not '-')
            {
                folded.Append(c);
            }
        }

        return folded.ToString();
    }
}
