using System.Diagnostics;
using System.Text;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>
/// A running Standalone, or an Edge alone, as its operator has it: a process of its own, a data folder, two ports. It can be killed
/// and started again on the same data.
/// </summary>
internal sealed class Product : IAsyncDisposable
{
    public const string AdminKey = "end-to-end-tests-admin-key";

    private const string Standalone = "LinkTracker.Standalone.dll";
    private const string EdgeAlone = "LinkTracker.Edge.dll";

    private readonly StringBuilder _output = new();
    private readonly Dictionary<string, string> _settings;
    private readonly string _program;
    private Process _process;

    private Product(string program, Dictionary<string, string> settings)
    {
        _program = program;
        _settings = settings;
        _process = Launch();
    }

    public string Data => _settings["LinkTracker__Data"];

    public Uri Edge => new(_settings["Edge__Url"]);

    /// <summary>Of an Edge alone its admin port.</summary>
    public Uri Api => new(_settings[_program == Standalone ? "Aggregator__Url" : "Edge__AdminUrl"]);

    public int ProcessId => _process.Id;

    /// <summary>Sockets that the process has open.</summary>
    public int Sockets => Directory.GetFiles($"/proc/{ProcessId}/fd").Count(file =>
        new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>The most memory that the process has had.</summary>
    public long MemoryKiB => long.Parse(
        File.ReadLines($"/proc/{ProcessId}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).AsSpan(6).Trim(" \tkB"),
        System.Globalization.CultureInfo.InvariantCulture);

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

    public ApiClient Client => field ??= new ApiClient(Api, AdminKey);

    public Clicker Clicker => field ??= new Clicker(Edge);

    /// <summary>Starts a product on an empty data folder and waits until it is ready.</summary>
    public static Task<Product> StartAsync(params (string Name, string Value)[] settings) => StartAsync(Standalone, settings);

    /// <summary>Starts an Edge alone.</summary>
    /// <param name="links">Its links, in JSON Lines.</param>
    public static async Task<Product> StartEdgeAsync(string links, params (string Name, string Value)[] settings)
    {
        var data = NewFolder();
        var file = Path.Combine(data, "links.jsonl");
        await File.WriteAllTextAsync(file, links);
        return await StartAsync(EdgeAlone, [("LinkTracker__Data", data), ("Edge__LinksFile", file), .. settings]);
    }

    private static async Task<Product> StartAsync(string program, (string Name, string Value)[] settings)
    {
        var edge = $"http://127.0.0.1:{FreePort.Next()}";
        var all = new Dictionary<string, string>
        {
            ["LinkTracker__AdminKey"] = AdminKey,
            ["LinkTracker__ShortUrl"] = edge,
            ["Edge__Url"] = edge,
            ["Edge__AdminUrl"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Aggregator__Url"] = $"http://127.0.0.1:{FreePort.Next()}",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        if (!all.ContainsKey("LinkTracker__Data"))
        {
            all["LinkTracker__Data"] = NewFolder();
        }

        var product = new Product(program, all);
        await product.UntilReadyAsync();
        return product;
    }

    /// <summary>SIGKILL: nothing of the process runs any more once this returns.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for the exit code, as long as supervisors wait before they kill.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public async Task RestartAsync()
    {
        _process = Launch();
        await UntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        Client.Dispose();
        Clicker.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("linktracker-e2e-").FullName;

    private Process Launch()
    {
        // The test project refers to Standalone, so its assembly and the Edge's stand beside the tests.
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, _program)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _settings)
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

    private async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        await Eventually.HoldsAsync($"the product is ready\n{Output}", TimeSpan.FromSeconds(60), async () =>
        {
            Assert.False(_process.HasExited, $"the product ended by itself:\n{Output}");
            return await IsReadyAsync(http, Edge) && await IsReadyAsync(http, Api);
        });
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri listener)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(listener, "/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
