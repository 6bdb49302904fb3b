namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>An Aggregator of a cluster.</summary>
internal sealed class ClusterAggregator(Dictionary<string, string> settings) : IAsyncDisposable
{
    public ApiClient Client { get; } = new(new Uri(settings["Aggregator__Url"]), ClusterRig.AdminKey);

    public ServiceProcess Process { get; } = new("LinkTracker.Aggregator.dll", settings, new Uri(settings["Aggregator__Url"]));

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Client.Dispose();
    }
}
