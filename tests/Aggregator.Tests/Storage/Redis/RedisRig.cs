using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Aggregator.Tests.Counting;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Storage.Redis;

/// <summary>Sums in Redis, of four partitions. Single clicks, which are elsewhere in the cluster, are kept in memory.</summary>
internal sealed class RedisRig : CountsRig
{
    private const int Partitions = 4;

    private readonly string _configuration;
    private readonly List<ClickPart> _clicks = [];
    private RedisConnection _redis;

    /// <summary>On servers that are empty.</summary>
    public RedisRig(string configuration)
    {
        _configuration = configuration;
        _redis = RedisConnection.Open(configuration);
        var rebuild = new RedisRebuild(_redis, new RedisCounts(_redis), NullLogger<RedisRebuild>.Instance);
        for (var partition = 0; partition < Partitions; partition++)
        {
            rebuild.Run(partition, fence: 1, null, [], []);
        }
    }

    // The clicks of a test are in the log that it says, whatever their links.
    private RedisRollups Rollups => new(_redis, Partitions, _ => 0);

    public override void Commit(CountBatch batch)
    {
        var counts = new RedisCounts(_redis);
        var partition = batch.Progress.Keys.Select(log => log.Partition).Distinct().Single();
        var before = counts.Read(partition)?.Position;
        counts.Commit(batch, new PartitionStep(partition, 1, before, new PartitionPosition(0, (before?.Offset ?? 0) + 1)));
        _clicks.AddRange(batch.Parts);
    }

    public override void Restart()
    {
        _redis.Dispose();
        _redis = RedisConnection.Open(_configuration);
        base.Restart();
    }

    public override IReadOnlyCollection<RollupRow> Rollup(RollupQuery query) => Rollups.Rollup(query);

    public override Dictionary<LogKey, LogProgress> Positions() => Rollups.Positions();

    public override CountsAudit Audit() => Rollups.Audit();

    public override long? FirstHour(IReadOnlyCollection<long>? links) => Rollups.FirstHour(links);

    public override IReadOnlyDictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links) => Rollups.ClicksOf(links);

    public override void Dispose() => _redis.Dispose();

    protected override void LoadDay(long day, VisitorDay visitors)
    {
        foreach (var part in _clicks)
        {
            foreach (var click in ClickPart.Read(part.Data.Span))
            {
                if (click.Disposition == Disposition.Valid && UtcBuckets.Day(click.Record.OccurredAtMs) == day)
                {
                    visitors.Load(click.Record.Token.LinkId, click.Record.VisitorHash, (int)(click.Record.OccurredAtMs - (day * UtcBuckets.DayMs)));
                }
            }
        }
    }
}
