using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LinkTracker.Servers;

/// <summary>A server's process and its folder. It may be ended and started again; what it writes is kept for error messages.</summary>
/// <param name="folder">Deleted with it.</param>
/// <param name="answers">Whether it answers a real request.</param>
internal sealed class ServerProcess(DirectoryInfo folder, ProcessStartInfo start, Func<Task<bool>> answers) : IAsyncDisposable
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

    /// <summary>Starts it, again if need be, and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It is running, or ended by itself.</exception>
    /// <exception cref="TimeoutException">It does not answer; it was killed.</exception>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{start.FileName} is running");
        }

        _process?.Dispose();
        _process = Launch();
        try
        {
            await Eventually.HoldsAsync($"{start.FileName} answers", Patience, () => IsRunning
                ? answers()
                : throw new InvalidOperationException($"{start.FileName} ended by itself with {_process.ExitCode}"));
        }
        catch (Exception failed) when (failed is TimeoutException or InvalidOperationException)
        {
            await EndAsync("KILL");
            throw new InvalidOperationException($"{failed.Message}:\n{Output}", failed);
        }
    }

    /// <param name="signal">By name, as KILL or STOP.</param>
    public Task SignalAsync(string signal) =>
        Command.RunAsync("kill", $"-{signal}", _process!.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sends a signal that ends it. Nothing of the process runs any more once this returns.</summary>
    public async Task EndAsync(string signal)
    {
        if (IsRunning)
        {
            await SignalAsync(signal);
            await _process!.WaitForExitAsync().WaitAsync(Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync("KILL");
        _process?.Dispose();
        folder.Delete(recursive: true);
    }

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
