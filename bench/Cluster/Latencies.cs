using System.Globalization;
using System.Text.Json;

namespace LinkTracker.Cluster;

/// <summary>How long something took each time, in milliseconds.</summary>
internal sealed class Latencies(string name)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<double> _milliseconds = [];

    public string Name => name;

    public void Add(TimeSpan latency) => _milliseconds.Add(latency.TotalMilliseconds);

    /// <summary>The least of the samples that so many of them, in percent, do not exceed.</summary>
    public double Percentile(int percent) => _milliseconds.Order().ElementAt((int)Math.Ceiling(_milliseconds.Count * percent / 100.0) - 1);

    /// <summary>A table for people, in Markdown.</summary>
    public static string Table(string title, params IReadOnlyList<Latencies> all)
    {
        var rows = all.Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"| {row.Name} | {row._milliseconds.Count} | {row.Percentile(50):N0} | {row.Percentile(90):N0} | {row.Percentile(99):N0} | {row.Percentile(100):N0} |"));
        return string.Join('\n', [$"### {title}", "", "| from a click | samples | p50 ms | p90 ms | p99 ms | max ms |", "|---|---:|---:|---:|---:|---:|", .. rows, ""]);
    }

    /// <summary>Writes <c>name.json</c> with every sample.</summary>
    public static void Save(DirectoryInfo folder, string name, string title, params IReadOnlyList<Latencies> all) => File.WriteAllText(
        Path.Combine(folder.FullName, name + ".json"),
        JsonSerializer.Serialize(new { Title = title, Milliseconds = all.ToDictionary(row => row.Name, row => row._milliseconds) }, Indented));
}
