namespace LinkTracker.Aggregator.Analytics;

/// <summary>Values to let through, or with a leading hyphen those to keep out. Case does not matter.</summary>
internal sealed class ValueFilter
{
    private readonly HashSet<string> _values;

    private ValueFilter(HashSet<string> values, bool excludes)
    {
        _values = values;
        Excludes = excludes;
    }

    public bool Excludes { get; }

    public IReadOnlyCollection<string> Values => _values;

    /// <summary>Null when nothing is asked for.</summary>
    public static ValueFilter? Parse(string? text)
    {
        var trimmed = text?.Trim();
        if (string.IsNullOrEmpty(trimmed))
        {
            return null;
        }

        var excludes = trimmed[0] == '-';
        var values = (excludes ? trimmed[1..] : trimmed).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return values.Length == 0 ? null : new ValueFilter(values.ToHashSet(StringComparer.OrdinalIgnoreCase), excludes);
    }

    public bool Allows(string value) => _values.Contains(value) != Excludes;
}
