using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

[Needs(Need.Redis)]
public sealed class RedisClusterSuiteTests(SharedRedisCluster shared) : ClickCountsSuite, IClassFixture<SharedRedisCluster>
{
    private protected override async Task<CountsRig> OpenAsync()
    {
        var cluster = await shared.Cluster;
        await Task.WhenAll(cluster.Nodes.Select(node => node.AskAsync("flushall")));
        return new RedisRig(cluster.Configuration);
    }
}
