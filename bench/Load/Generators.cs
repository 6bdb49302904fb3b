using System.Diagnostics;
using System.Globalization;

namespace LinkTracker.Load;

/// <summary>What one run found. Latencies in microseconds; processor time in microseconds for each request, of the server alone.</summary>
internal sealed record Sample(
    long Requests, double PerSecond, double UserMicroseconds, double SystemMicroseconds, double P50, double P99, double P999, int ResidentMiB)
{
    public double CpuMicroseconds => UserMicroseconds + SystemMicroseconds;
}

/// <summary>The field's own load generators, on the second core. Each run is bounded by its duration.</summary>
internal static class Generators
{
    public const int Connections = 64;

    private const string Core = "1";

    /// <summary>As many requests as the server takes, by wrk: a closed loop, so its latencies are those of a saturated server.</summary>
    public static async Task<Sample> SaturateAsync(ServerProcess server, string script, int seconds)
    {
        var before = server.Cpu();
        var recordedBefore = await Servers.RecordedAsync(server);
        var output = await RunAsync(
            "wrk", "-t1", $"-c{Connections}", $"-d{seconds}s", "-s", script, $"http://127.0.0.1:{server.Port}/");
        var after = server.Cpu();
        var result = output.Split('\n').Single(line => line.StartsWith("result ", StringComparison.Ordinal)).Split(' ')[1..]
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var (requests, microseconds, misses, errors) = (result[0], result[1], result[5], result[6]);
        Demand(errors == 0, $"{server.Name}: {errors} requests failed");
        await DemandRecordedAsync(server, recordedBefore, requests - misses);
        return new Sample(
            requests, requests / (microseconds / 1e6), (after.User - before.User) / requests, (after.System - before.System) / requests,
            result[2], result[3], result[4], server.ResidentMiB());
    }

    /// <summary>
    /// A fixed rate, by h2load: each connection sends by the clock and not when it has been answered. Percentiles are taken from its log of every request.
    /// </summary>
    public static async Task<Sample> OfferAsync(ServerProcess server, string uris, string logFile, int perSecond, int seconds)
    {
        var before = server.Cpu();
        var recordedBefore = await Servers.RecordedAsync(server);
        File.Delete(logFile);
        var rate = (perSecond / Connections).ToString(CultureInfo.InvariantCulture);
        var headers = Workload.Headers.SelectMany(header => new[] { "-H", $"{header.Name}: {header.Value}" });
        _ = await RunAsync(
            "h2load", ["--h1", "-t1", "-c", $"{Connections}", "-D", $"{seconds}", "--warm-up-time=1", "--rps", rate, "-i", uris, "--log-file", logFile, .. headers]);
        var after = server.Cpu();

        // Start in microseconds, status, time in microseconds.
        var answers = File.ReadLines(logFile).Select(line => line.Split('\t')).Select(fields => (Status: fields[1], Time: double.Parse(fields[2], CultureInfo.InvariantCulture))).ToList();
        Demand(answers.TrueForAll(answer => answer.Status == "302"), $"{server.Name}: not every answer was a redirect");
        await DemandRecordedAsync(server, recordedBefore, answers.Count);
        var times = answers.Select(answer => answer.Time).Order().ToArray();
        return new Sample(
            times.Length, times.Length / (double)seconds, (after.User - before.User) / times.Length, (after.System - before.System) / times.Length,
            times[times.Length / 2], times[(int)(times.Length * 0.99)], times[(int)(times.Length * 0.999)], server.ResidentMiB());
    }

    /// <summary>
    /// Every redirect that was answered must have been recorded. More may have been: the generator stops in the middle of its last requests, and does not count those
    /// of its warm-up.
    /// </summary>
    private static async Task DemandRecordedAsync(ServerProcess server, long? before, long answered)
    {
        if (before is { } start)
        {
            var recorded = await Servers.RecordedAsync(server) - start;
            Demand(recorded >= answered, $"{server.Name}: {answered} redirects were answered and {recorded} recorded");
        }
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static async Task<string> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("taskset", ["-c", Core, command, .. arguments]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Demand(process.ExitCode == 0, $"{command} ended with {process.ExitCode}: {output}");
        return output;
    }
}
