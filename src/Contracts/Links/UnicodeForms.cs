using System.Runtime.InteropServices;
using System.Text;

namespace LinkTracker.Contracts.Links;

/// <summary>
/// Unicode's normal form KC (UAX 15) without ICU, which <see cref="string.Normalize()"/> needs and a bare machine lacks.
/// Never throws: half a surrogate pair becomes U+FFFD.
/// </summary>
internal static class UnicodeForms
{
    // Hangul syllables are made by arithmetic: 19 leading consonants, 21 vowels, 27 trailing consonants or none.
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int SyllableBase = 0xAC00;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Normal form KC.</summary>
    public static string Compose(string text) => Compose(text, fold: false);

    /// <summary>Normal form KC of the text in which <see cref="UnicodeTables.Folds"/> stands for each character.</summary>
    public static string ComposeFolded(string text) => Compose(text, fold: true);

    private static string Compose(string text, bool fold)
    {
        var points = Decompose(text);
        if (fold)
        {
            Fold(points);
        }

        Order(CollectionsMarshal.AsSpan(points));
        return ToText(CollectionsMarshal.AsSpan(points)[..ComposeInPlace(CollectionsMarshal.AsSpan(points))]);
    }

    private static List<int> Decompose(string text)
    {
        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        return points;
    }

    private static void Decompose(int point, List<int> into)
    {
        if (UnicodeTables.Decompositions.TryGetValue(point, out var parts))
        {
            into.AddRange(parts);
            return;
        }

        var syllable = point - SyllableBase;
        if (syllable is < 0 or >= SyllableCount)
        {
            into.Add(point);
            return;
        }

        into.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
        into.Add(VowelBase + (syllable / TrailCount % VowelCount));
        if (syllable % TrailCount != 0)
        {
            into.Add(TrailBase + (syllable % TrailCount));
        }
    }

    private static void Fold(List<int> points)
    {
        var kept = 0;
        foreach (var point in CollectionsMarshal.AsSpan(points))
        {
            var folded = UnicodeTables.Folds.GetValueOrDefault(point, point);
            if (folded != UnicodeTables.Skipped)
            {
                points[kept++] = folded;
            }
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    // Marks behind one character stand in the order of their classes; within a class they keep the order they came in.
    private static void Order(Span<int> points)
    {
        for (var end = 1; end < points.Length; end++)
        {
            var point = points[end];
            var rank = Rank(point);
            var at = end;
            while (rank > 0 && at > 0 && Rank(points[at - 1]) > rank)
            {
                points[at] = points[at - 1];
                at--;
            }

            points[at] = point;
        }
    }

    /// <summary>Joins each mark to the character before it where the two have a composite. Returns the new length.</summary>
    private static int ComposeInPlace(Span<int> points)
    {
        var starter = -1;
        var kept = 0;
        foreach (var point in points)
        {
            var rank = Rank(point);
            // A mark of the same or a higher class in between, or another character, keeps the two apart.
            var blocked = kept - 1 != starter && (rank == 0 || Rank(points[kept - 1]) >= rank);
            if (starter >= 0 && !blocked && TryJoin(points[starter], point, out var composite))
            {
                points[starter] = composite;
                continue;
            }

            starter = rank == 0 ? kept : starter;
            points[kept++] = point;
        }

        return kept;
    }

    private static bool TryJoin(int first, int second, out int composite)
    {
        var (lead, vowel, syllable, trail) = (first - LeadBase, second - VowelBase, first - SyllableBase, second - TrailBase);
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            composite = SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
            return true;
        }

        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            composite = first + trail;
            return true;
        }

        return UnicodeTables.Compositions.TryGetValue((first, second), out composite);
    }

    private static int Rank(int point) => UnicodeTables.CombiningRanks.GetValueOrDefault(point);

    private static string ToText(ReadOnlySpan<int> points)
    {
        var text = new StringBuilder(points.Length);
        foreach (var point in points)
        {
            text.Append(new Rune(point));
        }

        return text.ToString();
    }
}
