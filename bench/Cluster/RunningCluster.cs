using System.Security.Cryptography;

namespace LinkTracker.Cluster;

/// <summary>Two Edges and two Aggregators with their servers, each a process, as <c>scripts/cluster</c> starts them with default settings.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-freshness-");
    private readonly ClusterScript _script;

    private RunningCluster()
    {
        var key = RandomNumberGenerator.GetHexString(32);
        var (edges, admins, aggregators) = (TwoPorts(), TwoPorts(), TwoPorts());
        Edges = Array.ConvertAll(edges, UrlOf);
        Visitors = Array.ConvertAll(edges, port => new Visitor(UrlOf(port)));
        EdgeAdmins = Array.ConvertAll(admins, UrlOf);
        Apis = Array.ConvertAll(aggregators, port => new ApiOfCluster(UrlOf(port), key));
        _script = new ClusterScript(
            _folder.FullName,
            ("EDGE_PORTS", string.Join(' ', edges)),
            ("EDGE_ADMIN_PORTS", string.Join(' ', admins)),
            ("AGGREGATOR_PORTS", string.Join(' ', aggregators)),
            ("LinkTracker__AdminKey", key),
            ("LinkTracker__ShortUrl", "https://go.example.com"));
    }

    public IReadOnlyList<Uri> Edges { get; }

    /// <summary>One for each Edge.</summary>
    public IReadOnlyList<Visitor> Visitors { get; }

    public IReadOnlyList<Uri> EdgeAdmins { get; }

    public IReadOnlyList<ApiOfCluster> Apis { get; }

    /// <summary>Started and ready.</summary>
    public static async Task<RunningCluster> StartAsync()
    {
        var cluster = new RunningCluster();
        try
        {
            // PostgreSQL runs as a user of its own, who must get there.
            await Command.RunAsync("chmod", "755", cluster._folder.FullName);
            await cluster._script.UntilReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Apis.Concat<IDisposable>(Visitors))
        {
            client.Dispose();
        }

        await _script.StopAsync();
        _script.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int[] TwoPorts() => [FreePort.Next(), FreePort.Next()];

    private static Uri UrlOf(int port) => new($"http://127.0.0.1:{port}");
}
