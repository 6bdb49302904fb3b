using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>
/// A running Standalone as its operator has it: a process of its own, a data folder, two ports. It can be killed and
/// started again on the same data.
/// </summary>
internal sealed class Product : IAsyncDisposable
{
    public const string AdminKey = "end-to-end-tests-admin-key";

    private readonly StringBuilder _output = new();
    private readonly Dictionary<string, string> _settings;
    private Process _process;

    private Product(string data, Dictionary<string, string> settings)
    {
        Data = data;
        _settings = settings;
        _process = Launch();
    }

    public string Data { get; }

    public Uri Edge => new(_settings["Edge__Url"]);

    public Uri Api => new(_settings["Aggregator__Url"]);

    public int ProcessId => _process.Id;

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
    public static async Task<Product> StartAsync(params (string Name, string Value)[] settings)
    {
        var edge = $"http://127.0.0.1:{FreePort()}";
        var all = new Dictionary<string, string>
        {
            ["LinkTracker__Data"] = Directory.CreateTempSubdirectory("linktracker-e2e-").FullName,
            ["LinkTracker__AdminKey"] = AdminKey,
            ["LinkTracker__ShortUrl"] = edge,
            ["Edge__Url"] = edge,
            ["Aggregator__Url"] = $"http://127.0.0.1:{FreePort()}",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var product = new Product(all["LinkTracker__Data"], all);
        await product.UntilReadyAsync();
        return product;
    }

    /// <summary>SIGKILL: nothing of the process runs any more once this returns.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
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

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Launch()
    {
        // The test project refers to Standalone, so the assembly stands beside the tests.
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "LinkTracker.Standalone.dll")])
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
