using System.Diagnostics;
using System.Globalization;

namespace LinkTracker.Servers;

/// <summary>A PostgreSQL of a test's own. Its flushes do not wait for the disk unless asked to: what is killed here is the process, not the machine.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";

    private readonly DirectoryInfo _folder;
    private readonly ServerProcess _process;
    private int _databases;

    private PostgresServer(DirectoryInfo folder, bool isDurable)
    {
        _folder = folder;
        _process = new ServerProcess(
            folder,
            InFolder("postgres", "-D", Data, "-k", "", "-h", "127.0.0.1", "-p", Text(Port), "-c", isDurable ? "fsync=on" : "fsync=off", "-c", "max_connections=200"),
            async () => (await Command.TryAsync(Psql("select 1"))).ExitCode == 0);
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>The one that all others of the server are children of.</summary>
    public int ProcessId => _process.Id;

    public string Output => _process.Output;

    /// <summary>Folder of the newest version's programs; null when there is none. Debian keeps them off the PATH.</summary>
    internal static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .Where(version => File.Exists(Path.Combine(version, "bin/initdb")))
            .MaxBy(version => int.Parse(Path.GetFileName(version), CultureInfo.InvariantCulture)) is { } newest ? Path.Combine(newest, "bin") : null
        : null;

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <param name="isDurable">Whether each commit waits for the disk, as it does where it matters.</param>
    public static async Task<PostgresServer> StartAsync(bool isDurable = false)
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-postgres-");
        if (Environment.IsPrivilegedProcess)
        {
            await Command.RunAsync("chown", User, folder.FullName);
        }

        var server = new PostgresServer(folder, isDurable);
        await Command.RunAsync(server.InFolder("initdb", "--no-sync", "-A", "trust", "-U", User, "-E", "UTF8", "--locale", "C.UTF-8", "-D", server.Data));
        await server.RestartAsync();
        return server;
    }

    /// <returns>The connection string of a fresh, empty database.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await Command.RunAsync(Psql($"create database {name}"));
        return ConnectionString(name);
    }

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username={User};Database={database}";

    /// <returns>The rows as psql writes them: fields parted by '|', without a header.</returns>
    /// <exception cref="InvalidOperationException">The server cannot be reached, or answers with an error.</exception>
    public async Task<string> AskAsync(string sql, string database = User) => (await Command.RunAsync(Psql(sql, database))).TrimEnd('\n');

    /// <summary>Runs one of the distribution's programs, such as pgbench, against a database; within a minute.</summary>
    /// <returns>What it wrote.</returns>
    public Task<string> RunAsync(string program, string database, params IEnumerable<string> arguments) =>
        Command.RunAsync(InFolder(program, ["-h", "127.0.0.1", "-p", Text(Port), "-U", User, .. arguments, database]));

    /// <summary>
    /// Ends it at once, without a checkpoint, as a crash does. Not SIGKILL: that leaves its children to find out by themselves, and the
    /// next start fails until the last of them has.
    /// </summary>
    public Task KillAsync() => _process.EndAsync("QUIT");

    /// <summary>Starts it after <see cref="KillAsync"/>, on the same port and data.</summary>
    public Task RestartAsync() => _process.StartAsync();

    /// <summary>
    /// SIGKILL, as when the machine has no memory left, and starts it again as a supervisor does: as often as it takes until the last child
    /// that was left behind has ended.
    /// </summary>
    public async Task CrashAsync()
    {
        await _process.EndAsync("KILL");
        await Eventually.HoldsAsync("PostgreSQL runs again", TimeSpan.FromSeconds(60), async () =>
        {
            try
            {
                await RestartAsync();
                return true;
            }
            catch (InvalidOperationException) when (!_process.IsRunning)
            {
                return false;
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _process.DisposeAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private ProcessStartInfo Psql(string sql, string database = User) =>
        InFolder("psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", Text(Port), "-U", User, "-d", database, "-c", sql);

    // PostgreSQL refuses to run as root. setpriv becomes the program, so the process id is the server's own.
    private ProcessStartInfo InFolder(string program, params IEnumerable<string> arguments)
    {
        var path = Path.Combine(Programs ?? throw new InvalidOperationException("PostgreSQL is not installed"), program);
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid", User, "--regid", User, "--init-groups", path, .. arguments]) { WorkingDirectory = _folder.FullName }
            : new ProcessStartInfo(path, arguments) { WorkingDirectory = _folder.FullName };
    }
}
