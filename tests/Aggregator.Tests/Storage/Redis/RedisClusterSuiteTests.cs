using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

[Needs(Need.Redis, Need.Postgres)]
public sealed class RedisClusterSuiteTests(SharedRedisCluster servers) : ClickCountsSuite, IClassFixture<SharedRedisCluster>
{
    private protected override async Task<CountsRig> OpenAsync()
    {
        var cluster = await servers.Cluster;
        await Task.WhenAll(cluster.Nodes.Select(node => node.AskAsync("flushall")));
        return await CountsCluster.OpenAsync(cluster.Configuration);
    }
}
