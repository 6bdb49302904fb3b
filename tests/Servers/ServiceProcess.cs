using System.Diagnostics;

namespace LinkTracker.Servers;

/// <summary>One program of the product as its operator has it: a process with settings. It can be killed, frozen and started again.</summary>
/// <param name="program">Its assembly, which stands beside the caller's because its project refers to it.</param>
/// <param name="settings">The environment, by name.</param>
/// <param name="listeners">Where it answers <c>/readyz</c>.</param>
public sealed class ServiceProcess(string program, IReadOnlyDictionary<string, string> settings, params Uri[] listeners)
    : ChildProcess(program, Dotnet(program, settings))
{
    // As long as supervisors wait before they kill.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>SIGTERM, and waits for the exit code, as long as supervisors wait before they kill.</summary>
    /// <exception cref="TimeoutException">It did not end in that time.</exception>
    public async Task<int> StopAsync()
    {
        await EndAsync("TERM").WaitAsync(Grace);
        return ExitCode;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _http.Dispose();
    }

    protected override async Task<bool> IsReadyAsync() => (await Task.WhenAll(listeners.Select(AnswersAsync))).All(answers => answers);

    private static ProcessStartInfo Dotnet(string program, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program)]);
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task<bool> AnswersAsync(Uri listener)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(listener, "/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Not listening yet, or busy.
            return false;
        }
    }
}
