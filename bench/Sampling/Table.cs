using System.Globalization;
using System.Text;

namespace LinkTracker.Sampling;

/// <summary>A figure of every sample, of which the table shows the median; nothing where it is not a number, as it was not measured.</summary>
public sealed record Column<TSample>(string Title, string Format, Func<TSample, double> Figure);

/// <summary>The ratio of a figure to that of another, with the spread of the rounds.</summary>
/// <param name="Baseline">Name of the other; null: the comparison's own.</param>
public sealed record RatioColumn<TSample>(string Title, Func<TSample, double> Figure, string? Baseline = null);

/// <summary>A comparison for people, in Markdown.</summary>
/// <param name="first">What the names are.</param>
public sealed class Table<TSample>(string first, IReadOnlyList<Column<TSample>> columns, IReadOnlyList<RatioColumn<TSample>> ratios)
{
    public string Write(SideBySide<TSample> comparison)
    {
        var text = new StringBuilder();
        _ = text.AppendLine(CultureInfo.InvariantCulture, $"### {comparison.Title}").AppendLine();
        _ = text.AppendLine(Row([first, .. columns.Select(column => column.Title), .. ratios.Select(column => column.Title)]));
        _ = text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", columns.Count + ratios.Count))}");
        foreach (var name in comparison.Names)
        {
            _ = text.AppendLine(Row(
            [
                name,
                .. columns.Select(column => Text(comparison.Figure(name, column.Figure).Median, column.Format)),
                .. ratios.Select(column => Text(comparison.Ratio(name, column.Baseline ?? comparison.Baseline, column.Figure))),
            ]));
        }

        return text.ToString();
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Text(double figure, string format) => double.IsNaN(figure) ? "" : figure.ToString(format, CultureInfo.InvariantCulture);

    private static string Text(Spread ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} ({ratio.Least:0.00}–{ratio.Greatest:0.00})");
}
