using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Events;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Aggregator.Storage.Redis;
using LinkTracker.Kafka;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>What the counters of all partitions share.</summary>
/// <param name="counts">What reports are read from.</param>
/// <param name="snapshot">What the counts are made again from.</param>
/// <param name="clicks">Single clicks and the quarantine, as the snapshot has them.</param>
/// <param name="events">Publishes for other systems; null: nothing is published.</param>
internal sealed class PartitionParts(
    KafkaConnection kafka,
    RedisCounts counts,
    RedisRebuild rebuild,
    PostgresCounts snapshot,
    PostgresClicks clicks,
    ReplayOrders replays,
    BotRules rules,
    PartitionMetrics metrics,
    Settings settings,
    TimeProvider clock,
    ILogger<PartitionParts> logger,
    EventSender? events = null)
{
    public KafkaConnection Kafka => kafka;

    public RedisCounts Counts => counts;

    public RedisRebuild Rebuild => rebuild;

    public PostgresCounts Snapshot => snapshot;

    public PostgresClicks Clicks => clicks;

    public ReplayOrders Replays => replays;

    public PartitionMetrics Metrics => metrics;

    /// <summary>How far the snapshot may be behind.</summary>
    public TimeSpan SnapshotInterval => settings.SnapshotInterval;

    public TimeProvider Clock => clock;

    public ILogger Logger => logger;

    /// <summary>One for each partition: it is for one thread at a time.</summary>
    public ClickClassifier NewClassifier() => new(rules);

    /// <summary>Publishes the clicks of one partition, which its classifier is for; null: nothing is published.</summary>
    public ClickEventPublisher? NewPublisher(ClickClassifier classifier) => events is null ? null : new ClickEventPublisher(events, classifier);
}
