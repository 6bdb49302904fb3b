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

    private readonly Dictionary<string, string> _settings;
    private readonly ServiceProcess _process;

    private Product(string program, Dictionary<string, string> settings)
    {
        _settings = settings;
        Api = new Uri(settings[program == Standalone ? "Aggregator__Url" : "Edge__AdminUrl"]);
        _process = new ServiceProcess(program, settings, Edge, Api);
    }

    public string Data => _settings["LinkTracker__Data"];

    public Uri Edge => new(_settings["Edge__Url"]);

    /// <summary>Of an Edge alone its admin port.</summary>
    public Uri Api { get; }

    public int ProcessId => _process.Id;

    /// <summary>Sockets that the process has open.</summary>
    public int Sockets => Directory.GetFiles($"/proc/{ProcessId}/fd").Count(file =>
        new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>The most memory that the process has had.</summary>
    public long MemoryKiB => long.Parse(
        File.ReadLines($"/proc/{ProcessId}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).AsSpan(6).Trim(" \tkB"),
        System.Globalization.CultureInfo.InvariantCulture);

    public string Output => _process.Output;

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
        await product.RestartAsync();
        return product;
    }

    public Task KillAsync() => _process.KillAsync();

    public Task<int> StopAsync() => _process.StopAsync();

    public Task RestartAsync() => _process.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Client.Dispose();
        Clicker.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("linktracker-e2e-").FullName;
}
