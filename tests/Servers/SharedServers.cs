using Xunit;

namespace LinkTracker.Servers;

/// <summary>
/// Servers that many tests use, as a class or collection fixture. Each starts when the first test asks for it, so that skipped tests
/// start nothing.
/// </summary>
public sealed class SharedServers : IAsyncLifetime
{
    private readonly Lazy<Task<RedisServer>> _redis = new(() => RedisServer.StartAsync());
    private readonly Lazy<Task<PostgresServer>> _postgres = new(() => PostgresServer.StartAsync());
    private readonly Lazy<Task<KafkaBroker>> _kafka = new(() => KafkaBroker.StartAsync());
    private readonly Lazy<Task<Toxiproxy>> _toxiproxy = new(Servers.Toxiproxy.StartAsync);

    public Task<RedisServer> Redis => _redis.Value;

    public Task<PostgresServer> Postgres => _postgres.Value;

    public Task<KafkaBroker> Kafka => _kafka.Value;

    public Task<Toxiproxy> Toxiproxy => _toxiproxy.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await EndAsync(_toxiproxy);
        await EndAsync(_redis);
        await EndAsync(_postgres);
        await EndAsync(_kafka);
    }

    // One that failed to start has ended already, and told the test that asked for it why.
    private static async Task EndAsync<T>(Lazy<Task<T>> server)
        where T : IAsyncDisposable
    {
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await server.Value).DisposeAsync();
        }
    }
}
