using System.Globalization;
using System.Text;

namespace LinkTracker.Contracts.Links;

/// <summary>What <c>unicode.txt</c> holds (made by <c>tools/data</c>), read once at its first use: a few milliseconds.</summary>
internal static class UnicodeTables
{
    /// <summary>Full compatibility decompositions, but for Hangul syllables.</summary>
    public static Dictionary<int, int[]> Decompositions { get; } = [];

    /// <summary>Pairs that compose, but for Hangul.</summary>
    public static Dictionary<(int First, int Second), int> Compositions { get; } = [];

    /// <summary>Rank of the combining class of a mark; no entry: a character that nothing is moved across.</summary>
    public static Dictionary<int, int> CombiningRanks { get; } = [];

    /// <summary>The character that stands for another when typed codes are compared; <see cref="Skipped"/>: none does.</summary>
    public static Dictionary<int, int> Folds { get; } = [];

    public const int Skipped = -1;

    static UnicodeTables()
    {
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode.txt")!;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var rank = 0;
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
            {
                Add(line[0], Array.ConvertAll(line[2..].Split(' '), Number), ref rank);
            }
        }
    }

    private static void Add(char kind, int[] fields, ref int rank)
    {
        switch (kind)
        {
            case 'D':
                Decompositions.Add(fields[0], fields[1..]);
                break;
            case 'C':
                Compositions.Add((fields[0], fields[1]), fields[2]);
                break;
            case 'M':
                rank++;
                foreach (var mark in fields)
                {
                    CombiningRanks.Add(mark, rank);
                }

                break;
            case 'S':
                for (var c = fields[0]; c <= fields[1]; c++)
                {
                    Folds.Add(c, Skipped);
                }

                break;
            case 'F':
                Folds.Add(fields[0], fields[1]);
                break;
            default:
                throw new InvalidDataException($"unicode.txt has a line of unknown kind '{kind}'.");
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
