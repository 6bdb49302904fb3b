using System.Globalization;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>
/// A tally as text: valid, unique, bot, duplicate, head, prefetch and link preview, parted by commas, without the zeros at the end; most
/// are <c>1,1</c> then. Raw is their sum.
/// </summary>
internal static class PackedTally
{
    private const int Numbers = 7;

    public static string Write(in ClickTally tally)
    {
        ReadOnlySpan<long> numbers = [tally.Valid, tally.Unique, tally.Bot, tally.Duplicate, tally.Head, tally.Prefetch, tally.LinkPreview];
        var count = Math.Max(1, numbers.LastIndexOfAnyExcept(0) + 1);
        Span<char> text = stackalloc char[Numbers * 20];
        var length = 0;
        foreach (var number in numbers[..count])
        {
            number.TryFormat(text[length..], out var written, provider: CultureInfo.InvariantCulture);
            length += written;
            text[length++] = ',';
        }

        return new string(text[..(length - 1)]);
    }

    /// <exception cref="FormatException">It is not what was written.</exception>
    public static ClickTally Read(string text)
    {
        Span<long> numbers = stackalloc long[Numbers];
        var count = 0;
        foreach (var part in text.AsSpan().Split(','))
        {
            if (count == Numbers)
            {
                throw new FormatException("A stored tally has more numbers than there are.");
            }

            numbers[count++] = long.Parse(text.AsSpan(part), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return new ClickTally
        {
            Raw = numbers[0] + numbers[2] + numbers[3] + numbers[4] + numbers[5] + numbers[6],
            Valid = numbers[0],
            Unique = numbers[1],
            Bot = numbers[2],
            Duplicate = numbers[3],
            Head = numbers[4],
            Prefetch = numbers[5],
            LinkPreview = numbers[6],
        };
    }
}
