using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LinkTracker.Servers;

/// <summary>A process that tests start, await and end by its id. It may be started again; what it writes is kept for error messages.</summary>
/// <param name="name">What messages call it.</param>
public abstract class ChildProcess(string name, ProcessStartInfo start) : IAsyncDisposable
{
    // A guard against hanging: on a machine that is busy with other tests, a broker takes more than a minute to start.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly StringBuilder _output = new();
    private Process? _process;

    public int Id => _process!.Id;

    /// <summary>Of the process that ended.</summary>
    public int ExitCode => _process!.ExitCode;

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
    /// <exception cref="InvalidOperationException">
    /// It is running already, ended by itself, or was not ready in time and was killed; of the last two the message has what it wrote.
    /// </exception>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{name} is running");
        }

        _process?.Dispose();
        _process = Launch();
        try
        {
            await Eventually.HoldsAsync($"{name} is ready", Patience, () => IsRunning
                ? IsReadyAsync()
                : throw new InvalidOperationException($"{name} ended by itself with {ExitCode}"));
        }
        catch (Exception failed) when (failed is TimeoutException or InvalidOperationException)
        {
            await KillAsync();
            throw new InvalidOperationException($"{failed.Message}:\n{Output}", failed);
        }
    }

    /// <param name="signal">By name, as STOP or CONT.</param>
    public Task SignalAsync(string signal) => Command.RunAsync("kill", $"-{signal}", Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sends a signal that ends it, unless it has ended already. Nothing of the process runs any more once this returns.</summary>
    /// <exception cref="TimeoutException">It has not ended in time.</exception>
    public async Task EndAsync(string signal)
    {
        if (IsRunning)
        {
            await SignalAsync(signal);
            await _process!.WaitForExitAsync().WaitAsync(Patience);
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => EndAsync("KILL");

    public virtual async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether it answers a real request.</summary>
    protected abstract Task<bool> IsReadyAsync();

    private Process Launch()
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
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
}
