namespace LinkTracker.Aggregator.Analytics;

/// <summary>Values to let through, or with a leading hyphen those to keep out.</summary>
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
    /// <param name="comparer">Which values are the same.</param>
    /// <param name="read">Brings a value that was sent into the form in which it is compared.</param>
    public static ValueFilter? Parse(string? text, StringComparer comparer, Func<string, string> read)
    {
        var trimmed = text?.Trim();
        if (string.IsNullOrEmpty(trimmed))
        {
            return null;
        }

        var excludes = trimmed[0] == '-';
        var values = (excludes ? trimmed[1..] : trimmed).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return values.Length == 0 ? null : new ValueFilter(values.Select(read).ToHashSet(comparer), excludes);
    }

    public bool Allows(string value) => _values.Contains(value) != Excludes;
}
