using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LinkTracker.Load;

/// <summary>The servers that are compared, and how each is started with the links of a workload.</summary>
internal sealed class Servers(DirectoryInfo folder)
{
    public const string Nginx = "nginx";
    public const string Kestrel = "bare Kestrel";
    public const string Pipeline = "Edge, HTTP pipeline";
    public const string Buffered = "Edge, fast lane, buffered";
    public const string Durable = "Edge, fast lane, durable";

    private static readonly string Binaries = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));

    public Task<ServerProcess> StartNginxAsync(Workload workload, int port)
    {
        var configuration = Path.Combine(folder.FullName, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off; master_process off; worker_processes 1;
            pid {{folder.FullName}}/nginx.pid; error_log {{folder.FullName}}/nginx-error.log;
            events { worker_connections 8192; }
            http {
              map_hash_max_size 400000; map_hash_bucket_size 128;
              access_log {{folder.FullName}}/nginx-access.log combined buffer=64k flush=1s;
              keepalive_requests 1000000000;
              map $uri $target { default ""; include {{workload.NginxMap}}; }
              server {
                listen 127.0.0.1:{{port}} backlog=4096;
                location / { if ($target = "") { return 404; } return 302 $target; }
              }
            }
            """);
        return ServerProcess.StartAsync(Nginx, port, "/", Empty, "nginx", "-c", configuration);
    }

    public static Task<ServerProcess> StartKestrelAsync(Workload workload, int port) => ServerProcess.StartAsync(
        Kestrel, port, "/", Empty, "dotnet", Path.Combine(AppContext.BaseDirectory, "LinkTracker.Load.dll"), "serve",
        workload.Links.ToString(CultureInfo.InvariantCulture), port.ToString(CultureInfo.InvariantCulture));

    /// <summary>An Edge alone; its figures are on the next port.</summary>
    public Task<ServerProcess> StartEdgeAsync(Workload workload, string name, int port, bool fastLane, bool durable) => ServerProcess.StartAsync(
        name, port, "/readyz",
        new Dictionary<string, string>
        {
            ["LinkTracker__Data"] = Path.Combine(folder.FullName, $"edge-{port}"),
            ["Edge__Url"] = $"http://127.0.0.1:{port}",
            ["Edge__AdminUrl"] = $"http://127.0.0.1:{port + 1}",
            ["Edge__LinksFile"] = workload.LinksFile,
            ["Edge__FastLane"] = fastLane ? "true" : "false",
            ["Edge__Durability"] = durable ? "durable" : "buffered",
            ["Edge__LinkMemoryMiB"] = "8192",
        },
        "dotnet", Path.Combine(Binaries, "Edge", "release", "LinkTracker.Edge.dll"));

    /// <summary>Redirects that an Edge has recorded; null for the others, which tell nothing.</summary>
    public static async Task<long?> RecordedAsync(ServerProcess server)
    {
        if (server.Name is Nginx or Kestrel)
        {
            return null;
        }

        using var client = new HttpClient();
        var stats = await client.GetFromJsonAsync<JsonObject>(new Uri($"http://127.0.0.1:{server.Port + 1}/stats"));
        return (long)stats!["edge"]!["appended"]! - (long)stats["edge"]!["dropped_declared"]!;
    }

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();
}
