using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

[Needs(Need.Redis, Need.Postgres)]
public sealed class RedisServerSuiteTests(SharedServers servers) : ClickCountsSuite, IClassFixture<SharedServers>
{
    private protected override async Task<CountsRig> OpenAsync()
    {
        var redis = await servers.Redis;
        await redis.AskAsync("flushall");
        return await CountsCluster.OpenAsync(redis.Configuration);
    }
}
