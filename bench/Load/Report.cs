using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LinkTracker.Load;

/// <summary>A comparison as a table for people, JSON for programs, and a picture.</summary>
internal static class Report
{
    private static readonly (string Title, string Format, Func<Sample, double> Figure)[] Columns =
    [
        ("requests/s", "N0", sample => sample.PerSecond),
        ("CPU µs/request", "0.00", sample => sample.CpuMicroseconds),
        ("user", "0.00", sample => sample.UserMicroseconds),
        ("system", "0.00", sample => sample.SystemMicroseconds),
        ("p50 µs", "N0", sample => sample.P50),
        ("p99 µs", "N0", sample => sample.P99),
        ("p99.9 µs", "N0", sample => sample.P999),
        ("MiB", "N0", sample => sample.ResidentMiB),
    ];

    public static string Table(Comparison comparison)
    {
        var text = new StringBuilder();
        _ = text.AppendLine(CultureInfo.InvariantCulture, $"### {comparison.Title}").AppendLine();
        _ = text.AppendLine($"| server | {string.Join(" | ", Columns.Select(column => column.Title))} | CPU ratio | requests/s ratio | p99.9 ratio |");
        _ = text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", Columns.Length + 3))}");
        foreach (var name in comparison.Names)
        {
            var figures = Columns.Select(column => comparison.Figure(name, column.Figure).Median.ToString(column.Format, CultureInfo.InvariantCulture));
            _ = text.AppendLine(
                $"| {name} | {string.Join(" | ", figures)} | {Ratio(comparison, name, sample => sample.CpuMicroseconds)} "
                + $"| {Ratio(comparison, name, sample => sample.PerSecond)} | {Ratio(comparison, name, sample => sample.P999)} |");
        }

        return text.ToString();
    }

    /// <summary>Writes <c>name.json</c> with every sample, and <c>name.svg</c> with the processor time of each server.</summary>
    public static void Save(Comparison comparison, DirectoryInfo folder, string name)
    {
        var samples = comparison.Names.ToDictionary(server => server, comparison.Of);
        File.WriteAllText(Path.Combine(folder.FullName, name + ".json"), JsonSerializer.Serialize(new { comparison.Title, samples }, Indented));
        File.WriteAllText(Path.Combine(folder.FullName, name + ".svg"), Chart.Draw(comparison));
    }

    private static string Ratio(Comparison comparison, string name, Func<Sample, double> figure)
    {
        var ratio = comparison.Ratio(name, figure);
        return string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} ({ratio.Least:0.00}–{ratio.Greatest:0.00})");
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
