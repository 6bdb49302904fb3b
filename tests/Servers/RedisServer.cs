using System.Diagnostics;
using System.Globalization;

namespace LinkTracker.Servers;

/// <summary>A Redis of a test's own.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-redis-");
    private readonly ServerProcess _process;

    private RedisServer(bool appendOnly, IEnumerable<string> more)
    {
        string[] arguments =
        [
            "--port", Text(Port), "--bind", "127.0.0.1", "--dir", _folder.FullName, "--save", "",
            "--appendonly", appendOnly ? "yes" : "no", .. more,
        ];
        _process = new ServerProcess(_folder, new ProcessStartInfo("redis-server", arguments), IsReadyAsync);
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Host and port, as clients take it.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    public bool IsRunning => _process.IsRunning;

    public int ProcessId => _process.Id;

    public string Output => _process.Output;

    /// <param name="appendOnly">Whether what was acknowledged is there again after <see cref="KillAsync"/>; without, it starts empty.</param>
    public static Task<RedisServer> StartAsync(bool appendOnly = false) => StartAsync(appendOnly, []);

    internal static async Task<RedisServer> StartAsync(bool appendOnly, params IEnumerable<string> more)
    {
        var server = new RedisServer(appendOnly, more);
        await server.RestartAsync();
        return server;
    }

    /// <returns>The answer as redis-cli writes it, without the end of the last line.</returns>
    /// <exception cref="InvalidOperationException">The server cannot be reached, or answers with an error.</exception>
    public async Task<string> AskAsync(params IEnumerable<string> command) =>
        (await Command.RunAsync("redis-cli", ["-e", "-p", Text(Port), .. command])).TrimEnd('\n');

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Takes the end of the append-only file of a killed server, as a power cut would take what was not synced yet.</summary>
    /// <param name="kept">The part of it that stays, from 0 to 1.</param>
    public void CutAppendOnlyFile(double kept)
    {
        using var file = _folder.EnumerateFiles("*.incr.aof", SearchOption.AllDirectories).Single().OpenWrite();
        file.SetLength((long)(file.Length * kept));
    }

    /// <summary>Starts it after <see cref="KillAsync"/>, on the same port and folder.</summary>
    public Task RestartAsync() => _process.StartAsync();

    /// <summary>Freezes it: connections stay open, and nothing is answered.</summary>
    public Task PauseAsync() => _process.SignalAsync("STOP");

    public Task ResumeAsync() => _process.SignalAsync("CONT");

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // While it reads its file it is connected to, but answers with an error.
    private async Task<bool> IsReadyAsync() =>
        (await Command.TryAsync(new ProcessStartInfo("redis-cli", ["-p", Text(Port), "ping"]))).Output == "PONG\n";
}
