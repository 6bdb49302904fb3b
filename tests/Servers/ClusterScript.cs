using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LinkTracker.Servers;

/// <summary>A run of <c>scripts/cluster</c>, on free ports, with the programs that stand beside this one.</summary>
public sealed class ClusterScript : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _folder;
    private readonly Process _bash;

    /// <param name="settings">Of its environment; they win over the ports that were chosen.</param>
    public ClusterScript(string folder, params IEnumerable<(string Name, string Value)> settings)
    {
        _folder = folder;
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "scripts/cluster"), [folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BIN"] = AppContext.BaseDirectory;
        foreach (var name in new[] { "REDIS_PORT", "POSTGRES_PORT", "KAFKA_PORT", "KAFKA_CONTROLLER_PORT" })
        {
            start.Environment[name] = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        _bash = Process.Start(start)!;
        _bash.OutputDataReceived += Collect;
        _bash.ErrorDataReceived += Collect;
        _bash.BeginOutputReadLine();
        _bash.BeginErrorReadLine();
    }

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

    /// <summary>Waits until all of it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message has what it wrote.</exception>
    public async Task UntilReadyAsync()
    {
        var first = await Task.WhenAny(_ready.Task, _bash.WaitForExitAsync()).WaitAsync(Patience);
        if (first != _ready.Task)
        {
            throw new InvalidOperationException($"the cluster ended at its start:\n{Output}");
        }
    }

    /// <summary>The ids of the processes that it started, by their names.</summary>
    public Dictionary<string, int> ProcessIds() => Directory.GetFiles(Path.Combine(_folder, "pids"))
        .ToDictionary(file => Path.GetFileName(file), file => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture));

    public Task SignalAsync(string signal) => Command.RunAsync("kill", $"-{signal}", _bash.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends all of it in order, if it has not ended. Nothing of it runs any more once this returns.</summary>
    public async Task StopAsync()
    {
        if (!_bash.HasExited)
        {
            await SignalAsync("TERM");
            await UntilEndAsync();
        }
    }

    /// <returns>The exit code.</returns>
    public async Task<int> UntilEndAsync()
    {
        await _bash.WaitForExitAsync().WaitAsync(Patience);
        return _bash.ExitCode;
    }

    /// <summary>Ends it as a crash would; the kernel then ends what it started.</summary>
    public void Dispose()
    {
        if (!_bash.HasExited)
        {
            _bash.Kill();
        }

        _bash.Dispose();
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }

        if (line.Data?.StartsWith("ready", StringComparison.Ordinal) == true)
        {
            _ready.TrySetResult();
        }
    }
}
