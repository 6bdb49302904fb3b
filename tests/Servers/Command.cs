using System.Diagnostics;

namespace LinkTracker.Servers;

/// <summary>A program that runs to its end, within a minute.</summary>
public static class Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has what it wrote.</exception>
    /// <exception cref="TimeoutException">It did not end, and was killed.</exception>
    public static Task<string> RunAsync(string program, params IEnumerable<string> arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="RunAsync(string, IEnumerable{string})"/>
    public static async Task<string> RunAsync(ProcessStartInfo start)
    {
        var (exitCode, output) = await TryAsync(start);
        return exitCode == 0
            ? output
            : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {exitCode}:\n{output}");
    }

    /// <summary>Runs what may fail.</summary>
    /// <returns>Its exit code and what it wrote, errors last.</returns>
    public static async Task<(int ExitCode, string Output)> TryAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            var texts = await Task.WhenAll(output, errors).WaitAsync(Patience);
            await process.WaitForExitAsync().WaitAsync(Patience);
            return (process.ExitCode, string.Concat(texts));
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end within {Patience}");
        }
    }
}
