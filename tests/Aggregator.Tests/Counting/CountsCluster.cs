using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Counts in a Redis and a PostgreSQL, of four partitions, each batch stored in both.</summary>
internal sealed class CountsCluster : CountsRig
{
    private const int Partitions = 4;
    private const long Fence = 1;

    private readonly string _redisConfiguration;
    private readonly string _postgres;
    private RedisConnection _redis;
    private NpgsqlDataSource _source;

    private CountsCluster(string redis, string postgres)
    {
        _redisConfiguration = redis;
        _postgres = postgres;
        _redis = RedisConnection.Open(redis);
        _source = CountsSource.Open(postgres, most: 8);
        var rebuild = new RedisRebuild(_redis, new RedisCounts(_redis), NullLogger<RedisRebuild>.Instance);
        for (var partition = 0; partition < Partitions; partition++)
        {
            rebuild.Run(partition, Fence, null, [], [], CancellationToken.None);
        }
    }

    // The clicks of a test are in the log that it says, whatever their links: in the first one, unless all are asked for.
    public override ClusterClickCounts Counts => new(
        new RedisRollups(_redis, Partitions, _ => 0),
        new PostgresClicks(_source, NullLogger<PostgresClicks>.Instance),
        new PostgresLinkClicks(_source, partitions: 1));

    /// <param name="redis">The configuration of servers that are empty.</param>
    public static async Task<CountsRig> OpenAsync(string redis) => new CountsCluster(redis, await PostgresDatabases.CreateAsync());

    public override void Commit(CountBatch batch)
    {
        var partition = batch.Progress.Keys.Select(log => log.Partition).Distinct().Single();
        foreach (var store in (IPartitionCounts[])[new RedisCounts(_redis), new PostgresCounts(_source, TimeProvider.System, NullLogger<PostgresCounts>.Instance)])
        {
            var before = store.Read(partition)?.Position;
            store.Commit(batch, new PartitionStep(partition, Fence, before, new PartitionPosition(0, (before?.Offset ?? 0) + 1)));
        }
    }

    public override void Restart()
    {
        Close();
        _redis = RedisConnection.Open(_redisConfiguration);
        _source = CountsSource.Open(_postgres, most: 8);
        base.Restart();
    }

    public override void Dispose()
    {
        Close();
        PostgresDatabases.DropAsync([_postgres]).GetAwaiter().GetResult();
    }

    protected override void LoadDay(long day, VisitorDay visitors) => visitors.Load(day, (scan, visit) => Counts.Scan(scan, visit));

    private void Close()
    {
        _redis.Dispose();
        _source.Dispose();
    }
}
