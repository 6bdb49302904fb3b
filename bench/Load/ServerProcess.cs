using System.Diagnostics;
using System.Globalization;

namespace LinkTracker.Load;

/// <summary>A server under test: a process of its own on the first core, stopped while another one is measured.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Core = "0";

    // USER_HZ, which Linux fixes at 100 for what /proc shows.
    private const double TickMicroseconds = 10_000;

    private readonly Process _process;

    private ServerProcess(string name, int port, Process process) => (Name, Port, _process) = (name, port, process);

    public string Name { get; }

    public int Port { get; }

    /// <summary>Starts a command on the first core and waits until a path of its port answers.</summary>
    public static async Task<ServerProcess> StartAsync(
        string name, int port, string readyPath, IReadOnlyDictionary<string, string> environment, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo("taskset", ["-c", Core, command, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (setting, value) in environment)
        {
            start.Environment[setting] = value;
        }

        var process = Process.Start(start)!;
        var output = new List<string>();
        process.OutputDataReceived += (_, line) => output.Add(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Add(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await UntilReadyAsync(name, process, new Uri($"http://127.0.0.1:{port}{readyPath}"), output);
        return new ServerProcess(name, port, process);
    }

    /// <summary>User and system time used so far, in microseconds.</summary>
    public (double User, double System) Cpu()
    {
        // Behind the name, which ends with the last parenthesis, the first field is the state; user and system time are the 12th and 13th.
        var fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[^1].Split(' ');
        return (Ticks(fields[11]), Ticks(fields[12]));
    }

    /// <summary>Resident memory, in MiB.</summary>
    public int ResidentMiB()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
    }

    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    public void Dispose()
    {
        Resume();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static double Ticks(string field) => long.Parse(field, CultureInfo.InvariantCulture) * TickMicroseconds;

    private void Signal(string signal) => Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    private static async Task UntilReadyAsync(string name, Process process, Uri ready, List<string> output)
    {
        using var client = new HttpClient();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(ready, deadline.Token);
                if ((int)answer.StatusCode < 500)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // Not listening yet.
            }
            catch (HttpRequestException)
            {
                throw new InvalidOperationException($"{name} ended: {string.Join('\n', output)}");
            }

            await Task.Delay(100, deadline.Token);
        }
    }
}
