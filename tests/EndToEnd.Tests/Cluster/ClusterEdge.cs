using System.Text.Json.Nodes;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>An Edge of a cluster.</summary>
internal sealed class ClusterEdge(Dictionary<string, string> settings) : IAsyncDisposable
{
    private readonly HttpClient _admin = new() { BaseAddress = new Uri(settings["Edge__AdminUrl"]), Timeout = Eventually.Limit };

    public Uri Url { get; } = new(settings["Edge__Url"]);

    public ServiceProcess Process { get; } = new("LinkTracker.Edge.dll", settings, new Uri(settings["Edge__Url"]), new Uri(settings["Edge__AdminUrl"]));

    /// <summary>A section of its figures.</summary>
    public async Task<JsonNode> FiguresAsync(string section = "edge") =>
        JsonNode.Parse(await _admin.GetStringAsync(new Uri("/stats", UriKind.Relative)))![section]!;

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _admin.Dispose();
    }
}
