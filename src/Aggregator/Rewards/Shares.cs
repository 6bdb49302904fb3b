using System.Globalization;
using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>Which part of a conversion a partner has, so that an amount can be divided as its credit was: touch by touch.</summary>
/// <param name="Weights">Of all touches that have a part, in the order of their credits; those of no partner too.</param>
/// <param name="Own">Which of them are this partner's.</param>
internal sealed record Shares(IReadOnlyList<long> Weights, IReadOnlyList<int> Own)
{
    /// <summary>All of it.</summary>
    public static Shares Whole { get; } = new([1], [0]);

    /// <summary>This partner's part of the amount; the parts of all add up to it.</summary>
    public long Of(long amount)
    {
        if (Own.Count == Weights.Count)
        {
            return amount;
        }

        var parts = Apportionment.Split(amount, Weights);
        return Own.Sum(touch => parts[touch]);
    }

    /// <summary>As it is stored, such as <c>1+2:2,3,3</c>; null for all of it.</summary>
    public string? ToText() => Own.Count == Weights.Count ? null : $"{Text(Own, '+')}:{Text(Weights, ',')}";

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static Shares Parse(string? text)
    {
        if (text is null)
        {
            return Whole;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new Shares(
            [.. text[(colon + 1)..].Split(',').Select(weight => long.Parse(weight, CultureInfo.InvariantCulture))],
            [.. text[..colon].Split('+').Select(touch => int.Parse(touch, CultureInfo.InvariantCulture))]);
    }

    private static string Text<T>(IReadOnlyList<T> numbers, char separator)
        where T : IFormattable => string.Join(separator, numbers.Select(number => number.ToString(null, CultureInfo.InvariantCulture)));
}
