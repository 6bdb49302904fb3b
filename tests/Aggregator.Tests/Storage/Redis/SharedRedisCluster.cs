namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>A Redis Cluster of three masters for the tests of a class, started by the first that asks for it.</summary>
public sealed class SharedRedisCluster : IAsyncLifetime
{
    private readonly Lazy<Task<RedisCluster>> _cluster = new(() => RedisCluster.StartAsync());

    public Task<RedisCluster> Cluster => _cluster.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Cluster).DisposeAsync();
        }
    }
}
