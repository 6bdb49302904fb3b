using LinkTracker.Sampling;

namespace LinkTracker.Load;

/// <summary>A comparison as a table for people, JSON for programs, and a picture.</summary>
internal static class Report
{
    private static readonly Table<Sample> Servers = new(
        "server",
        [
            new("requests/s", "N0", sample => sample.PerSecond),
            new("CPU µs/request", "0.00", sample => sample.CpuMicroseconds),
            new("user", "0.00", sample => sample.UserMicroseconds),
            new("system", "0.00", sample => sample.SystemMicroseconds),
            new("p50 µs", "N0", sample => sample.P50),
            new("p99 µs", "N0", sample => sample.P99),
            new("p99.9 µs", "N0", sample => sample.P999),
            new("MiB", "N0", sample => sample.ResidentMiB),
        ],
        [
            new("CPU ratio", sample => sample.CpuMicroseconds),
            new("requests/s ratio", sample => sample.PerSecond),
            new("p99.9 ratio", sample => sample.P999),
        ]);

    public static string Table(SideBySide<Sample> comparison) => Servers.Write(comparison);

    /// <summary>Writes <c>name.json</c> with every sample, and <c>name.svg</c> with the processor time of each server.</summary>
    public static void Save(SideBySide<Sample> comparison, DirectoryInfo folder, string name)
    {
        comparison.Save(folder, name);
        File.WriteAllText(Path.Combine(folder.FullName, name + ".svg"), Chart.Draw(comparison));
    }
}
