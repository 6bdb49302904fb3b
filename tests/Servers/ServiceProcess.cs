using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LinkTracker.Servers;

/// <summary>One program of the product as its operator has it: a process with settings. It can be killed, frozen and started again.</summary>
/// <param name="program">Its assembly, which stands beside the caller's because its project refers to it.</param>
/// <param name="settings">The environment, by name.</param>
/// <param name="listeners">Where it answers <c>/readyz</c>.</param>
public sealed class ServiceProcess(string program, IReadOnlyDictionary<string, string> settings, params Uri[] listeners) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _output = new();
    private Process? _process;

    public int Id => _process!.Id;

    public bool IsRunning => _process is { HasExited: false };

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it, again if need be, and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended by itself; the message has what it wrote.</exception>
    /// <exception cref="TimeoutException">It is not ready after a minute.</exception>
    public async Task StartAsync()
    {
        _process?.Dispose();
        _process = Launch();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.HoldsAsync($"{program} is ready", Patience, async () =>
        {
            if (!IsRunning)
            {
                throw new InvalidOperationException($"{program} ended by itself:\n{Output}");
            }

            return (await Task.WhenAll(listeners.Select(listener => IsReadyAsync(http, listener)))).All(ready => ready);
        });
    }

    /// <summary>SIGKILL: nothing of the process runs any more once this returns.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for the exit code, as long as supervisors wait before they kill.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    /// <param name="signal">By name, as STOP or CONT.</param>
    public Task SignalAsync(string signal) => Command.RunAsync("kill", $"-{signal}", Id.ToString(CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        _process?.Dispose();
    }

    private Process Launch()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri listener)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(listener, "/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Not listening yet, or busy.
            return false;
        }
    }
}
