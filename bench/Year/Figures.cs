using System.Globalization;

namespace LinkTracker.Year;

/// <summary>Whole numbers by what they are of: those that ought to be, and those that reports have.</summary>
internal sealed class Figures
{
    private readonly SortedDictionary<string, long> _values = new(StringComparer.Ordinal);

    public int Count => _values.Count;

    public void Add(string name, long value) => _values[name] = _values.GetValueOrDefault(name) + value;

    public void Add(Figures others)
    {
        foreach (var (name, value) in others._values)
        {
            Add(name, value);
        }
    }

    /// <summary>What differs, in words; what is 0 may be left out on either side.</summary>
    /// <param name="found">What the reports say.</param>
    public IEnumerable<string> DifferencesFrom(Figures found) => _values.Keys.Union(found._values.Keys).Order(StringComparer.Ordinal)
        .Select(name => (Name: name, Expected: _values.GetValueOrDefault(name), Found: found._values.GetValueOrDefault(name)))
        .Where(figure => figure.Expected != figure.Found)
        .Select(figure => string.Create(
            CultureInfo.InvariantCulture, $"| {figure.Name} | {figure.Expected} | {figure.Found} | {figure.Found - figure.Expected:+#;-#} |"));
}
