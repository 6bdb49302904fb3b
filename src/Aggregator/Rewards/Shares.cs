using System.Globalization;
using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>Which part of a conversion a partner has, so that an amount can be divided as its credit was.</summary>
/// <param name="Weights">Of all who have a part, in the order of their credits; those of no partner too.</param>
/// <param name="Index">Whose this is.</param>
internal sealed record Shares(IReadOnlyList<long> Weights, int Index)
{
    /// <summary>All of it.</summary>
    public static Shares Whole { get; } = new([1], 0);

    /// <summary>This partner's part of the amount; all parts add up to it.</summary>
    public long Of(long amount) => Weights.Count == 1 ? amount : Apportionment.Split(amount, Weights)[Index];

    /// <summary>As it is stored, such as <c>1:2,3</c>; null for all of it.</summary>
    public string? ToText() => Weights.Count == 1
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{Index}:{string.Join(',', Weights.Select(weight => weight.ToString(CultureInfo.InvariantCulture)))}");

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
            int.Parse(text.AsSpan(0, colon), CultureInfo.InvariantCulture));
    }
}
